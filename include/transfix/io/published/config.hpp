// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdlib>
#include <transfix/io/file.hpp>
#include <transfix/io/json.hpp>
#include <transfix/io/safetensors_header.hpp>

namespace transfix::inline TRANSFIX_ABI::io {

/// What a published configuration must say for a model to compute the same.
enum class Match {
  equal,
  at_least,  ///< a number not below the model's, such as the places that a table has
  any,       ///< written for other readers, not compared
};

/// A value in config.json: null, a truth value, a number or a text.
class ConfigValue {
 public:
  ConfigValue(std::nullptr_t) : json_("null") {}
  ConfigValue(bool value) : json_(value ? "true" : "false") {}
  ConfigValue(std::integral auto number) : json_(std::to_string(number)) {}
  ConfigValue(double number) : json_(written_json(nlohmann::json(number))) {}
  ConfigValue(const char* text) : json_(written_json(nlohmann::json(text))) {}
  /// Any value, written as JSON; other text is an error.
  static ConfigValue from_json(std::string json) {
    JsonFault fault;
    parsed_json(json, fault);
    if (fault > 0) fail("the value ", detail::shown(json), " for a configuration is not JSON, at its byte ", fault);
    ConfigValue value(nullptr);
    value.json_ = std::move(json);
    return value;
  }
  const std::string& json() const { return json_; }

 private:
  std::string json_;
};

/// A member of config.json beside the setting of the model that it stands for.
struct ConfigEntry {
  std::string key;
  std::string ours;  ///< such as ".width"
  ConfigValue value;
  ConfigValue absent = value;  ///< what transformers takes where the member is missing
  Match match = Match::equal;
  std::vector<ConfigValue> also = {};  ///< other values that mean the same
};

namespace detail {
/// 10^-exponent, the number nearest to it.
inline double small_number(int exponent) { return std::strtod(("1e-" + std::to_string(exponent)).c_str(), nullptr); }

inline nlohmann::json parsed(const ConfigValue& value) {
  JsonFault fault;
  return parsed_json(value.json(), fault);
}

inline bool is_same(const nlohmann::json& found, const ConfigValue& value, Match match) {
  const auto wanted = parsed(value);
  if (!found.is_number() || !wanted.is_number()) return found == wanted;
  const auto number = found.get<double>(), least = wanted.get<double>();
  return std::abs(number - least) <= 1e-6 * std::abs(least) || (match == Match::at_least && number > least);
}

/// How a configuration and a model disagree, a sentence each.
inline std::vector<std::string> config_differences(const nlohmann::json& document,
                                                   const std::vector<ConfigEntry>& expected) {
  std::vector<std::string> found;
  for (const ConfigEntry& entry : expected) {
    const auto place = document.find(entry.key);
    const bool is_there = place != document.end();
    const auto value = is_there ? *place : parsed(entry.absent);
    const auto means = [&](const ConfigValue& wanted) { return is_same(value, wanted, entry.match); };
    if (entry.match == Match::any || means(entry.value) || std::any_of(entry.also.begin(), entry.also.end(), means)) {
      continue;
    }
    found.push_back(shown(entry.key) + (is_there ? " is " : " is not there, which means ") + written_json(value) +
                    "; the model has " + entry.ours + " = " + entry.value.json() +
                    (entry.match == Match::at_least ? ", which is more" : ""));
  }
  return found;
}

inline nlohmann::json read_config(const std::filesystem::path& path) {
  JsonFault fault;
  auto document = parsed_json(read_bytes(path), fault);
  if (!document.is_object()) fail(path.string(), ": this is no JSON object; copy the file again");
  // transformers 5 keeps the settings of rotary positions in an object of their own.
  if (const auto rotary = document.value("rope_parameters", nlohmann::json()); rotary.is_object()) {
    document.insert(rotary.begin(), rotary.end());
  }
  return document;
}

inline void write_config(const std::filesystem::path& path, const std::vector<ConfigEntry>& entries) {
  auto document = nlohmann::json::object();
  for (const ConfigEntry& entry : entries) document[entry.key] = parsed(entry.value);
  const std::string text = written_json(document, 2) + "\n";
  const std::string_view pieces[] = {text};
  write_atomically(path, pieces);
}

/// Fails with a list of what was found, where something was.
inline void fail_if_any(const std::vector<std::string>& found, const std::string& where, const std::string& advice) {
  if (found.empty()) return;
  constexpr std::size_t listed = 8;
  std::string list;
  for (std::size_t i = 0; i < std::min(listed, found.size()); ++i) list += "\n  " + found[i];
  if (found.size() > listed) list += "\n  and " + std::to_string(found.size() - listed) + " more";
  fail(where, ": ", advice, " (", found.size(), found.size() == 1 ? " difference):" : " differences):", list);
}
}  // namespace detail

}  // namespace transfix::inline TRANSFIX_ABI::io
