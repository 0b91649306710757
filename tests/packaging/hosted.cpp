// A program of somebody who uses the hosted parts too: text, files and xtensor.
#include <cstdio>
#include <filesystem>
#include <transfix/io/safetensors.hpp>
#include <transfix/nn/linear.hpp>
#include <transfix/text/normalize.hpp>
#include <transfix/xtensor.hpp>

using Model = transfix::nn::Linear<3, 2>;

int main(int, char** arguments) {
  const std::filesystem::path path = std::filesystem::path(arguments[0]).concat(".safetensors");
  Model saved{}, loaded{};
  transfix::as_xtensor(saved.weight)(1, 0) = 7;
  transfix::io::save(saved, path);
  transfix::io::load(loaded, path);
  std::filesystem::remove(path);
  const float weight = transfix::as_xtensor(loaded.weight)(1, 0);
  const auto word = transfix::text::lower_case("\u00c4");
  std::printf("%.0f from a file, %s from Unicode\n", static_cast<double>(weight), word.c_str());
  return weight == 7 && word == "\u00e4" ? 0 : 1;
}
