// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/io/json.hpp>
#include <vector>

using namespace transfix;
using nlohmann::json;

TEST_CASE("what was written is parsed again, on one line or several") {
  const json value = {{"name", "a \"b\" \u00e9\n"}, {"numbers", {1, -2, 0.1}}, {"nothing", nullptr}};
  for (const int indent : {-1, 0, 2}) {
    io::JsonFault fault;
    CHECK(io::parsed_json(io::written_json(value, indent), fault) == value);
    CHECK_FALSE(fault);
  }
  CHECK(io::written_json(json{{"a", 1}}) == R"({"a":1})");
  CHECK(io::written_json(json{{"a", 1}}, 1) == "{\n \"a\": 1\n}");
}

TEST_CASE("the pieces of a text are told in order") {
  using enum io::JsonEvent;
  std::vector<io::JsonEvent> events;
  std::string keys;
  io::JsonFault fault;
  const auto kept = io::parsed_json(R"({"a": [1], "b": 2})", fault, [&](int, io::JsonEvent event, const json& piece) {
    events.push_back(event);
    if (event == key) keys += piece.get<std::string>();
    return true;
  });
  CHECK(events == std::vector{object_start, key, list_start, value, list_end, key, value, object_end});
  CHECK(keys == "ab");
  CHECK(kept == json{{"a", {1}}, {"b", 2}});
}

TEST_CASE("a fault tells its reason and its place") {
  const auto fault_of = [](std::string_view text) {
    io::JsonFault fault;
    io::parsed_json(text, fault);
    return fault;
  };
  CHECK(fault_of(R"({"a" 1})").byte == 6);
  CHECK(fault_of(R"({"a": 1)").byte == 8);
  CHECK(fault_of("").byte == 1);
  CHECK(fault_of("\"\xFF\"").byte == 2);
  CHECK(fault_of("[] []").byte == 4);
  const auto overflow = fault_of("[1e999]");
  CHECK(overflow.byte == 0);
  CHECK(overflow.reason == "number overflow parsing '1e999'");
  CHECK_FALSE(fault_of("[]"));
}
