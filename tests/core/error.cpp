// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <transfix/core/error.hpp>

using namespace transfix;

TEST_CASE("error: fail joins text and whole numbers into one sentence") {
  const std::string name = "width";
  CHECK_THROWS_WITH_AS(fail(name, " is ", -3, ", not ", std::size_t{42}, '!'), "width is -3, not 42!", Error);
}

TEST_CASE("error: numbers at the ends of their range are written right") {
  const Message message(0, " ", std::numeric_limits<std::int64_t>::min(), " ",
                        std::numeric_limits<std::uint64_t>::max());
  CHECK(std::string(message.text()) == "0 -9223372036854775808 18446744073709551615");
}

TEST_CASE("error: a message that is too long is cut, not overrun") {
  const std::string text(5000, 'x');
  const Message message(text, text);
  CHECK(std::string(message.text()) == std::string(1023, 'x'));
}

TEST_CASE("error: an error is a std::exception and keeps its text when copied") {
  try {
    fail("the text");
  } catch (const std::exception& error) {
    const Error copy = dynamic_cast<const Error&>(error);
    CHECK(std::string(copy.what()) == "the text");
  }
}

TEST_CASE("error: messages can be made at compile time") { static_assert(Message("a", 12, 'b').text()[2] == '2'); }
