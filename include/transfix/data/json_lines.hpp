// SPDX-License-Identifier: MIT
#pragma once
#include <limits>
#include <set>
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
    std::set<std::string> names;
    std::string twice;
    const auto note_names = [&](int depth, io::JsonEvent event, const nlohmann::json& piece) {
      if (depth == 1 && event == io::JsonEvent::key) {
        const auto& name = piece.get_ref<const std::string&>();
        if (!names.insert(name).second) twice = transfix::text::shown(name);
      }
      return true;
    };
    io::JsonFault fault;
    object_ = io::parsed_and_followed_json(lines_.line(), fault, note_names);
    if (fault > 0) lines_.refuse("this is not valid JSON; each line is one object, as in {\"text\": \"...\"}");
    if (!object_.is_object()) lines_.refuse("here stands ", object_.type_name(), " and not an object, as on each line");
    if (!twice.empty()) lines_.refuse("the object has the field ", twice, " twice; leave one");
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

  LineReader lines_;
  nlohmann::json object_;
};

}  // namespace transfix::inline TRANSFIX_ABI::data
