// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <transfix/core/config.hpp>
#include <vector>

// The JSON library takes seconds to turn into code. All of transfix goes through these functions, so that a unit does
// it once; and they call templates, so that of several units one can do it for all (`extern template`, see
// tests/json.hpp).

namespace transfix::inline TRANSFIX_ABI::io {

/// What comes next in a text.
enum class JsonEvent { object_start, object_end, list_start, list_end, key, value };

/// A function (depth, event, piece) that is told of each piece of a text in order. The piece is a key's name or a
/// value. Where it returns false the reading ends.
using JsonFollower = std::function<bool(int, JsonEvent, const nlohmann::json&)>;

/// Where a text is no JSON: the number, from 1, of the byte at which that shows; 0 where it is JSON.
using JsonFault = std::size_t;

namespace detail {
template <class Json>
Json parse(std::string_view text, JsonFault& fault, const std::function<bool(int, JsonEvent, const Json&)>& follow) {
  struct End {};
  using Event = typename Json::parse_event_t;
  constexpr auto ours = [](Event event) {
    switch (event) {
      case Event::object_start:
        return JsonEvent::object_start;
      case Event::object_end:
        return JsonEvent::object_end;
      case Event::array_start:
        return JsonEvent::list_start;
      case Event::array_end:
        return JsonEvent::list_end;
      case Event::key:
        return JsonEvent::key;
      default:
        return JsonEvent::value;
    }
  };
  // Of a text that is followed nothing is kept: whenever an object ends, the parser would look through all that it
  // kept.
  typename Json::parser_callback_t tell;
  if (follow) {
    tell = [&](int depth, Event event, const Json& piece) {
      if (!follow(depth, ours(event), piece)) throw End{};
      return event == Event::object_start || event == Event::array_start || event == Event::key;
    };
  }
  fault = 0;
  try {
    return Json::parse(text.data(), text.data() + text.size(), tell);
  } catch (const End&) {
  } catch (const typename Json::parse_error& error) {
    fault = error.byte;
  } catch (const typename Json::exception& error) {  // "... number overflow parsing '1e999'", without its place
    const std::string_view what = error.what();
    const auto begin = what.find('\'') + 1;
    fault = text.find(what.substr(begin, what.rfind('\'') - begin)) + 1;
  }
  return nullptr;
}

template <class Json>
std::string write(const Json& value, int indent) {
  return value.dump(indent);
}
}  // namespace detail

/// What a JSON text in UTF-8 holds; null where there is a fault.
inline nlohmann::json parsed_json(std::string_view text, JsonFault& fault) {
  return detail::parse<nlohmann::json>(text, fault, nullptr);
}

/// Reads a JSON text in UTF-8 for someone who follows it, up to a fault.
inline void follow_json(std::string_view text, JsonFault& fault, const JsonFollower& follow) {
  detail::parse(text, fault, follow);
}

/// The first name that a text, which is JSON, gives twice in one object, among objects up to `deepest` levels down.
inline std::optional<std::string> name_given_twice(std::string_view text,
                                                   int deepest = std::numeric_limits<int>::max()) {
  std::vector<std::set<std::string>> names;  // of the objects around the current place
  std::optional<std::string> twice;
  JsonFault fault;
  follow_json(text, fault, [&](int depth, JsonEvent event, const nlohmann::json& piece) {
    if (event == JsonEvent::object_start) {
      names.emplace_back();
    } else if (event == JsonEvent::object_end) {
      names.pop_back();
    } else if (event == JsonEvent::key && depth <= deepest) {
      const auto& name = piece.get_ref<const std::string&>();
      if (!names.back().insert(name).second) twice = name;
    }
    return !twice;
  });
  return twice;
}

/// The value as JSON; with an indent of 0 or more, over several lines.
inline std::string written_json(const nlohmann::json& value, int indent = -1) { return detail::write(value, indent); }

}  // namespace transfix::inline TRANSFIX_ABI::io
