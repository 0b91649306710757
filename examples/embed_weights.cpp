// SPDX-License-Identifier: MIT
// Turns a safetensors file into a C++ header with the model as a constant: the linker puts it into flash, and a device
// runs it from there.   embed_weights model.safetensors weights.hpp --bits 8
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <transfix/io/embed.hpp>

#include "embedded/gestures.hpp"

using namespace transfix;

// For a model of your own: how it is written with the scalar that it is stored in, and the header that declares it.
template <class Stored>
using Model = gestures::ModelOf<Stored>;
const std::string type = "gestures::ModelOf", declared_in = "gestures.hpp";

template <class Stored>
void write(const Model<float>& model, const std::string& stored, const std::string& header, const std::string& name) {
  const auto result = std::make_unique<Model<Stored>>();
  quantize(model, *result);
  io::save_as_header(*result, header, {type + "<" + stored + ">", declared_in, name});
  std::printf("%s: %zu bytes of flash\n", header.c_str(), sizeof *result);
}

int main(int count, char** arguments) {
  CLI::App program("Turns a safetensors file into a C++ header with the model as a constant.");
  std::string file, header, name = "weights";
  int bits = 32;
  program.add_option("file", file, "what io::save wrote")->required();
  program.add_option("header", header, "where to write the header")->required();
  program.add_option("--name", name, "what the constant is called")->capture_default_str();
  program.add_option("--bits", bits, "of a number: 32, or 8 or 4 with a scale for 32 neighbours")
      ->capture_default_str()
      ->check(CLI::IsMember({32, 8, 4}));
  CLI11_PARSE(program, count, arguments);
  try {
    const auto model = std::make_unique<Model<float>>();
    io::load(*model, file);
    if (bits == 32) write<float>(*model, "float", header, name);
    if (bits == 8) write<Quantized<8>>(*model, "transfix::Quantized<8>", header, name);
    if (bits == 4) write<Quantized<4>>(*model, "transfix::Quantized<4>", header, name);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "embed_weights: %s\n", error.what());
    return 1;
  }
}
