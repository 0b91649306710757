// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <memory>
#include <transfix/models/gpt.hpp>
#include <transfix/report/summary.hpp>

using namespace transfix;

TEST_CASE("summary: every parameter once, repeated layers together, and all of them") {
  using Model = models::Gpt<models::GptConfig{
      .vocabulary = 65, .context = 64, .width = 128, .heads = 4, .layers = 4, .bias = false}>;
  const auto model = std::make_unique<Model>();
  const std::string table = report::summary(*model);
  const auto shows = [&](const std::string& name, const std::string& shape, const std::string& count) {
    const auto place = table.find("\n" + name + " ");
    REQUIRE(place != std::string::npos);
    const std::string line = table.substr(place + 1, table.find('\n', place + 1) - place - 1);
    CHECK(line.find(shape) != std::string::npos);
    CHECK(line.ends_with(" " + count));
  };
  shows("token_embedding.weight", "[65, 128]", "8,320");
  shows("blocks.0..3.attention.query_key_value.weight", "[128, 384]", "196,608");
  shows("norm.scale", "[128]", "128");
  shows("all", "", "804,096");
  CHECK(table.find("bias") == std::string::npos);
}
