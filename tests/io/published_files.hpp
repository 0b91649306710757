// SPDX-License-Identifier: MIT
#pragma once
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <transfix/core/members.hpp>
#include <transfix/generate/inference.hpp>
#include <transfix/nn/initialize.hpp>

#include "../support.hpp"

namespace published {
using namespace transfix;
namespace fs = std::filesystem;

/// An empty folder of one's own while it lives.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("transfix_published_test_" + std::to_string(std::random_device{}()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  fs::path operator/(const char* name) const { return path / name; }
};

/// The folder of shared weights, or an empty path and a word that the test was skipped.
inline fs::path weights(const char* name) {
  const char* shared = std::getenv("TRANSFIX_DATA");
  if (shared == nullptr || !fs::exists(fs::path(shared) / "weights" / name)) {
    MESSAGE("skipped: set TRANSFIX_DATA to the folder of the shared data");
    return {};
  }
  return fs::path(shared) / "weights" / name;
}

/// A model with numbers of its own in every parameter.
template <class Model>
std::unique_ptr<Model> some_model(std::uint64_t seed = 1) {
  auto model = std::make_unique<Model>();
  Random random(seed);
  for_each_parameter(*model, [&](const Path&, auto& parameter) { fill_normal(parameter, random, 0.3); });
  return model;
}

template <class Model>
bool same_numbers(const Model& left, const Model& right) {
  std::vector<double> one, other;
  const auto collect = [](std::vector<double>& numbers) {
    return [&numbers](const Path&, const auto& parameter) {
      for (const auto number : transfix::numbers(parameter)) numbers.push_back(static_cast<double>(number));
    };
  };
  for_each_parameter(left, collect(one));
  for_each_parameter(right, collect(other));
  return one == other;
}

/// What a model makes of tokens: logits, row-major.
template <class Model>
std::vector<double> logits(const Model& model, const typename Model::Input& input) {
  const auto inference = std::make_unique<Inference<Model>>(model);
  const auto* found = (*inference)(input);
  return {found, found + Inference<Model>::rows * Inference<Model>::columns};
}

inline nlohmann::json read_json(const fs::path& path) {
  std::ifstream file(path);
  return nlohmann::json::parse(file);
}

inline void write_json(const fs::path& path, const nlohmann::json& document) { std::ofstream(path) << document; }

}  // namespace published
