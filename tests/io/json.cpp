// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <transfix/io/json.hpp>
#include <vector>

using namespace transfix;
using nlohmann::json;

TEST_CASE("json: what was written is parsed again, on one line or several") {
  const json value = {{"name", "a \"b\" \u00e9\n"}, {"numbers", {1, -2, 0.1}}, {"nothing", nullptr}};
  for (const int indent : {-1, 0, 2}) {
    io::JsonFault fault;
    CHECK(io::parsed_json(io::written_json(value, indent), fault) == value);
    CHECK(fault == 0);
  }
  CHECK(io::written_json(json{{"a", 1}}) == R"({"a":1})");
  CHECK(io::written_json(json{{"a", 1}}, 1) == "{\n \"a\": 1\n}");
}

TEST_CASE("json: the pieces of a text are told in order, until one ends the reading") {
  using enum io::JsonEvent;
  const auto followed = [](std::string_view text, int last) {
    std::vector<io::JsonEvent> events;
    io::JsonFault fault;
    io::follow_json(text, fault, [&](int, io::JsonEvent event, const json& piece) {
      events.push_back(event);
      return piece != last;
    });
    CHECK(fault == 0);
    return events;
  };
  constexpr std::string_view text = R"({"a": [1], "b": {}, "c": 2})";
  CHECK(followed(text, 3) == std::vector{object_start, key, list_start, value, list_end, key, object_start, object_end,
                                         key, value, object_end});
  CHECK(followed(text, 1) == std::vector{object_start, key, list_start, value});
  CHECK(followed(R"({"a": 1, damaged)", 1) == std::vector{object_start, key, value});
}

TEST_CASE("json: a name given twice in one object is found, at any depth or down to one") {
  constexpr std::string_view once = R"({"a": {"a": [{"b": 1}, {"b": 2}]}, "b": {"a": 1}})";
  constexpr std::string_view below = R"({"a": [{"b": 1, "c": {"b": 3}, "b": 2}], "b": 1})";
  CHECK(!io::name_given_twice(once));
  CHECK(io::name_given_twice(below) == "b");
  CHECK(io::name_given_twice(below, 3) == "b");
  CHECK(!io::name_given_twice(below, 1));
  CHECK(io::name_given_twice(R"({"a": {"b": 1}, "c": 1, "a": 2, "c": 3})", 1) == "a");
}

TEST_CASE("json: a fault has a place") {
  const auto fault_of = [](std::string_view text) {
    io::JsonFault parsed, followed;
    CHECK(io::parsed_json(text, parsed).is_null());
    io::follow_json(text, followed, [](int, io::JsonEvent, const json&) { return true; });
    CHECK(parsed == followed);
    return parsed;
  };
  CHECK(fault_of(R"({"a" 1})") == 6);
  CHECK(fault_of(R"({"a": 1)") == 8);
  CHECK(fault_of("") == 1);
  CHECK(fault_of("\"\xFF\"") == 2);
  CHECK(fault_of("[] []") == 4);
  CHECK(fault_of("[1, 1e999]") == 5);  // more than a number can be
  CHECK(fault_of("null") == 0);
}

TEST_CASE("json: time grows as a text does, also where many objects lie in one list") {
  std::string list = "[{}";
  for (int i = 0; i < 200'000; ++i) list += ",{}";
  list += ']';
  int objects = 0;
  io::JsonFault fault;
  const auto begin = std::chrono::steady_clock::now();
  CHECK(io::parsed_json(list, fault).size() == 200'001);
  io::follow_json(list, fault, [&](int, io::JsonEvent event, const json&) {
    objects += event == io::JsonEvent::object_end;
    return true;
  });
  CHECK(objects == 200'001);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));  // 40 s where it is quadratic
}
