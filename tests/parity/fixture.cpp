// SPDX-License-Identifier: MIT
#include "fixture.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <transfix/io/safetensors.hpp>

namespace parity {
namespace {
/// Numbers of any type, also tokens.
std::vector<double> as_doubles(const io::StoredTensor& tensor) {
  std::size_t count = 1;
  for (const auto extent : tensor.shape) count *= extent;
  std::vector<double> numbers(count);
  if (tensor.dtype == "I32") {
    std::vector<std::int32_t> stored(count);
    std::memcpy(stored.data(), tensor.bytes.data(), tensor.bytes.size());
    std::copy(stored.begin(), stored.end(), numbers.begin());
  } else {
    io::detail::convert(tensor, numbers.data());
  }
  return numbers;
}
}  // namespace

Fixture::Fixture(const std::string& layer, const std::string& shape) : label_(layer + ", " + shape + ": ") {
  const auto folder = std::filesystem::path(__FILE__).parent_path() / "fixtures";
  const auto file = io::read_safetensors(folder / (layer + ".safetensors"));
  for (const auto& [name, tensor] : file.tensors) {
    if (!name.starts_with(shape + ".")) continue;
    tensors_[name.substr(shape.size() + 1)] = {{tensor.shape.begin(), tensor.shape.end()}, as_doubles(tensor)};
  }
}

const Fixture::Tensor& Fixture::tensor(const std::string& name) const {
  const auto place = tensors_.find(name);
  if (place == tensors_.end()) fail(label_, name, " is not in the fixture; run write_fixtures.py");
  return place->second;
}

const std::vector<double>& Fixture::numbers(const std::string& name, const Extents& extents) const {
  const Tensor& found = tensor(name);
  if (found.extents != extents) fail(label_, name, " has another shape in the fixture");
  return found.numbers;
}

std::vector<Token> Fixture::tokens(const std::string& name) const {
  std::vector<Token> tokens;
  for (const double number : tensor(name).numbers) tokens.push_back(static_cast<Token>(number));
  return tokens;
}

Index Fixture::count(const std::string& beginning) const {
  return std::count_if(tensors_.begin(), tensors_.end(),
                       [&](const auto& entry) { return entry.first.starts_with(beginning); });
}

double Fixture::error(const std::string& name, const Extents& extents, const std::vector<double>& found) const {
  const auto& expected = numbers(name, extents);
  double difference = 0, largest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double here = std::abs(found[i] - expected[i]);
    difference = here <= difference ? difference : std::isnan(here) ? INFINITY : here;
    largest = std::max(largest, std::abs(expected[i]));
  }
  return difference / (largest > 0 ? largest : 1);
}

void Fixture::check(const std::string& name, const Extents& extents, const std::vector<double>& found,
                    double bound) const {
  INFO(label_, name);
  CHECK(error(name, extents, found) <= bound);
}

}  // namespace parity

TEST_CASE("parity: a difference from PyTorch is seen, and measured against the largest number") {
  const parity::Fixture fixture("linear", "odd");
  auto numbers = fixture.numbers("output", {13, 7});
  double largest = 0;
  for (const double number : numbers) largest = std::max(largest, std::abs(number));
  CHECK(fixture.error("output", {13, 7}, numbers) == 0);
  numbers[40] += 1e-3 * largest;
  CHECK(fixture.error("output", {13, 7}, numbers) == doctest::Approx(1e-3));
  numbers[90] = NAN;
  CHECK(fixture.error("output", {13, 7}, numbers) == INFINITY);
  CHECK_THROWS_AS(fixture.numbers("output", {7, 13}), transfix::Error);
  CHECK_THROWS_AS(fixture.tokens("tokens"), transfix::Error);
}
