// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/io/file.hpp>
#include <transfix/io/json.hpp>
#include <transfix/text/escape.hpp>
#include <transfix/text/special_tokens.hpp>

namespace transfix::inline TRANSFIX_ABI::text {

namespace detail {
inline nlohmann::json read_json(const std::filesystem::path& path) {
  const std::string text = io::read_bytes(path);
  io::JsonFault fault;
  auto document = io::parsed_json(text, fault);
  if (fault > 0) {
    const auto end = static_cast<Index>(std::min(fault - 1, text.size()));
    const auto line = 1 + std::count(text.begin(), text.begin() + end, '\n');
    fail(path.string(), ":", line, ": not valid JSON in UTF-8; the file is cut or damaged there");
  }
  if (const auto name = io::name_given_twice(text)) {
    fail(path.string(), ": the name ", shown(*name), " occurs twice in an object; leave one");
  }
  return document;
}

inline void write_json(const std::filesystem::path& path, const nlohmann::json& document) {
  const std::string text = io::written_json(document, 1) + "\n";
  const std::string_view pieces[] = {text};
  io::write_atomically(path, pieces);
}

inline nlohmann::json to_json(const std::vector<std::string>& texts) {
  auto list = nlohmann::json::array();
  for (const auto& text : texts) list.push_back(escaped(text));
  return list;
}

inline nlohmann::json to_json(const SpecialTokens& special) {
  auto object = nlohmann::json::object();
  for (const auto& [role, name] : SpecialTokens::roles) object[role] = escaped(special.*name);
  object["others"] = to_json(special.others);
  return object;
}

/// A JSON file of ours: an object with the member "format", read with an error for all that is not as it must be.
class JsonFile {
 public:
  JsonFile(const std::filesystem::path& path, const char* format) : path_(path), document_(read_json(path)) {
    if (!document_.is_object() || document_.value("format", nlohmann::json()) != format) {
      refuse("this is not a file of the format '", format, "'");
    }
  }

  using Type = nlohmann::json::value_t;
  const nlohmann::json& member(const char* name, Type type) const { return member(document_, name, type); }
  bool flag(const char* name) const { return member(name, Type::boolean).get<bool>(); }
  std::string text(const char* name) const { return text(member(name, Type::string)); }
  std::vector<std::string> texts(const char* name) const { return texts(document_, name); }
  SpecialTokens special() const {
    const auto& object = member("special", Type::object);
    SpecialTokens found;
    for (const auto& [role, name] : SpecialTokens::roles) found.*name = text(member(object, role, Type::string));
    found.others = texts(object, "others");
    return found;
  }

  const std::string& plain_text(const nlohmann::json& value) const {
    if (!value.is_string()) refuse("where a text belongs stands ", value.type_name());
    return value.get_ref<const std::string&>();
  }
  /// A text that was written by `escaped`.
  std::string text(const nlohmann::json& value) const {
    const auto bytes = unescaped(plain_text(value));
    if (!bytes) refuse("the text ", shown(plain_text(value)), " is damaged");
    return *bytes;
  }

  template <class... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const {
    fail(path_.string(), ": ", parts..., "; give the file as save() wrote it");
  }

  const std::filesystem::path& path() const { return path_; }

 private:
  const nlohmann::json& member(const nlohmann::json& object, const char* name, Type type) const {
    const auto place = object.find(name);
    if (place == object.end() || place->type() != type) {
      refuse("the member '", name, "' is missing or of another type than ", nlohmann::json(type).type_name());
    }
    return *place;
  }
  std::vector<std::string> texts(const nlohmann::json& object, const char* name) const {
    std::vector<std::string> found;
    for (const auto& value : member(object, name, Type::array)) found.push_back(text(value));
    return found;
  }

  std::filesystem::path path_;
  nlohmann::json document_;
};
}  // namespace detail

}  // namespace transfix::inline TRANSFIX_ABI::text
