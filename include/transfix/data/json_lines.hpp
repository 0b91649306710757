// SPDX-License-Identifier: MIT
#pragma once
#include <limits>
#include <transfix/data/lines.hpp>
#include <transfix/io/json.hpp>
#include <transfix/text/escape.hpp>

namespace transfix::inline TRANSFIX_ABI::data {

/// Reads a file of JSON objects, one on each line, however large it is. Empty lines are skipped. Fails with file, line
/// and field on a line that is not one JSON object, on a field given twice, and on one that is missing or of
/// another type.
///
///   for (JsonLinesReader lines("corpus.jsonl"); lines.next();) use(lines.text("text"), lines.number("score"));
class JsonLinesReader {
 public:
  explicit JsonLinesReader(const std::filesystem::path& path) : lines_(path) {}

  /// Goes to the next object; false after the last one.
  bool next() {
    do {
      if (!lines_.next()) return false;
    } while (lines_.line().empty());
    io::JsonFault fault;
    object_ = io::parsed_json(lines_.line(), fault);
    if (fault > 0) lines_.refuse("this is not valid JSON; each line is one object, as in {\"text\": \"...\"}");
    if (!object_.is_object()) lines_.refuse("here stands ", object_.type_name(), " and not an object, as on each line");
    if (fields_of(lines_.line()) > object_.size()) {
      const auto name = io::name_given_twice(lines_.line(), 1);
      lines_.refuse("the object has the field ", transfix::text::shown(*name), " twice; leave one");
    }
    return true;
  }

  bool has(const std::string& field) const { return object_.contains(field); }

  const std::string& text(const std::string& field) const {
    const auto& value = find(field);
    if (!value.is_string()) refuse(field, value, "a text");
    return value.get_ref<const std::string&>();
  }
  double number(const std::string& field) const {
    const auto& value = find(field);
    if (!value.is_number()) refuse(field, value, "a number");
    return value.get<double>();
  }
  Index whole_number(const std::string& field) const {
    const auto& value = find(field);
    const bool too_large = value.is_number_unsigned() &&
                           value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<Index>::max());
    if (!value.is_number_integer() || too_large) refuse(field, value, "a whole number that fits in 64 bits");
    return value.get<Index>();
  }

  /// The whole object, for what else is in it.
  const nlohmann::json& object() const { return object_; }
  /// The number of its line, from 1.
  Index line() const { return lines_.number(); }

 private:
  const nlohmann::json& find(const std::string& field) const {
    const auto place = object_.find(field);
    if (place == object_.end()) lines_.refuse("the object has no field ", transfix::text::shown(field));
    return *place;
  }

  [[noreturn]] void refuse(const std::string& field, const nlohmann::json& value, const char* wanted) const {
    lines_.refuse("the field ", transfix::text::shown(field), " is ", transfix::text::shown(io::written_json(value)),
                  " and not ", wanted);
  }

  // How many fields the text of an object gives: colons that stand in it alone, outside of texts.
  static std::size_t fields_of(std::string_view object) {
    std::size_t fields = 0;
    Index depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < object.size(); ++i) {
      const char sign = object[i];
      if (sign == '"') quoted = !quoted;
      if (quoted) {
        if (sign == '\\') ++i;
        continue;
      }
      depth += (sign == '{' || sign == '[') - (sign == '}' || sign == ']');
      fields += sign == ':' && depth == 1;
    }
    return fields;
  }

  LineReader lines_;
  nlohmann::json object_;
};

}  // namespace transfix::inline TRANSFIX_ABI::data
