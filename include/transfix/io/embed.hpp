// SPDX-License-Identifier: MIT
#pragma once
#include <charconv>
#include <cmath>
#include <transfix/core/quantized.hpp>
#include <transfix/io/safetensors.hpp>

namespace transfix::inline TRANSFIX_ABI::io {

/// What stands around the numbers in a header that holds a model.
struct EmbeddedNames {
  std::string type;      ///< how the header's readers write the model's type, such as `gestures::Model`
  std::string include;   ///< the header that declares that type, such as `gestures.hpp`
  std::string variable;  ///< what the model shall be called, such as `gesture_weights`
};

namespace detail {

/// Writes a model as nested braces, each member by its name.
class ModelAsText {
 public:
  template <class Part>
  void add(const Part& part, const Path& path) {
    if constexpr (is_quantized<Part>) {
      quantized_ = true;
      text_ += "{.bytes = ";
      add_numbers(part.bytes, path);
      text_ += ", .scales = ";
      add_numbers(part.scales, path);
    } else if constexpr (is_parameter<Part>) {
      static_assert(!Part::lies_beside, "the numbers of Frozen parameters lie beside a model: give one without Frozen");
      text_ += "{.data = ";
      add_numbers(part.data, path);
    } else {
      text_ += IndexedParts<Part> ? "{.items = {" : "{";
      const std::size_t start = text_.size();
      for_each_part(part, path, [&](const Path& way, const auto& member) {
        text_ += text_.size() > start ? ",\n" : "\n";
        if (way.number < 0) text_.append(".").append(way.name).append(" = ");
        add(member, way);
      });
      if (IndexedParts<Part>) text_ += '}';
    }
    text_ += '}';
  }

  const std::string& text() const { return text_; }
  bool quantized() const { return quantized_; }

 private:
  template <class Number, std::size_t Count>
  void add_numbers(const Number (&numbers)[Count], const Path& path) {
    constexpr std::size_t widest_line = 118;
    text_ += "{  // " + written(path) + "\n";
    std::string line;
    for (std::size_t i = 0; i < Count; ++i) {
      const std::string number = literal(numbers[i], i, path) + ",";
      if (line.size() + number.size() > widest_line) {
        text_ += line + "\n";
        line.clear();
      }
      line += number;
    }
    text_ += line + "}";
  }

  // The shortest decimal that is read back as the same number.
  template <class Number>
  static std::string literal(Number number, std::size_t place, const Path& path) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    std::string text(digits, end);
    if constexpr (std::is_floating_point_v<Number>) {
      if (!std::isfinite(number)) {
        fail("number ", place, " of ", written(path), " is not finite, and nothing can be computed with such a model; ",
             "embed one whose training did not diverge");
      }
      if (text.find_first_of(".e") == text.npos) text += ".0";
      if (std::is_same_v<Number, float>) text += 'f';
    }
    return text;
  }

  std::string text_;
  bool quantized_ = false;
};

inline void check_identifier(const std::string& name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  bool valid = !name.empty() && is_letter(name.front());
  for (const char c : name) valid = valid && (is_letter(c) || (c >= '0' && c <= '9'));
  if (!valid) fail("a variable cannot be called ", shown(name), "; use letters, digits and _, a digit not first");
}
}  // namespace detail

/// The text of a C++ header that holds a model, float, double or quantized, as a constant. A linker puts it into flash,
/// and Inference and Generator run it where it lies:
///   Inference<decltype(gesture_weights)> ...
/// Each number is read back as the same bits. Fails on numbers that are not finite.
template <class Model>
std::string embedded(const Model& model, const EmbeddedNames& names) {
  detail::check_identifier(names.variable);
  detail::ModelAsText braces;
  braces.add(model, Path{});
  std::string text =
      "// " + std::to_string(parameter_count<Model>) + " numbers of a model; written by transfix, not by hand.\n";
  text += "// clang-format off\n#pragma once\n";
  if (braces.quantized()) text += "#include <transfix/expression/quantized.hpp>\n";
  text += "#include \"" + names.include + "\"\n\n";
  return text + "inline constexpr " + names.type + " " + names.variable + " = " + braces.text() + ";\n";
}

/// Writes such a header. The file is replaced as a whole, or on failure left as it was.
template <class Model>
void save_as_header(const Model& model, const std::filesystem::path& path, const EmbeddedNames& names) {
  const std::string text = embedded(model, names);
  const std::string_view pieces[] = {text};
  write_atomically(path, pieces);
}

}  // namespace transfix::inline TRANSFIX_ABI::io
