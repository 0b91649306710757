// SPDX-License-Identifier: MIT
// A libFuzzer target: whatever the bytes are, the safetensors reader takes them or says what is wrong with them.
//   clang++ -std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined -Iinclude tests/fuzz/safetensors.cpp -o fuzz
//   ./fuzz -max_len=4096 -max_total_time=600 corpus examples     (new inputs go to the first folder)
#include <cstdint>
#include <transfix/io/safetensors.hpp>

using namespace transfix;

namespace {
struct Model {
  Parameter<Shape<2, 2>> test;
};

void require(bool holds) {
  if (!holds) __builtin_trap();
}

/// The tensors of a file that was taken lie side by side in its bytes, each as long as its shape and type say.
void check(const io::Safetensors& file) {
  std::size_t total = 0;
  for (const auto& [name, tensor] : file.tensors) {
    std::uint64_t bits = static_cast<std::uint64_t>(io::detail::dtype_bits(tensor.dtype));
    for (const std::uint64_t extent : tensor.shape) bits *= extent;
    require(bits == 8 * tensor.bytes.size());
    const char* const begin = file.file->data();
    require(tensor.bytes.data() >= begin && tensor.bytes.data() + tensor.bytes.size() <= begin + file.file->size());
    total += tensor.bytes.size();
    if (!io::detail::is_convertible(tensor.dtype)) continue;
    std::vector<float> numbers(tensor.bytes.size() * 8 /
                               static_cast<std::size_t>(io::detail::dtype_bits(tensor.dtype)));
    io::detail::convert(tensor, numbers.data());
  }
  require(total < file.file->size());
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  try {
    const auto file = io::parse_safetensors(std::string(reinterpret_cast<const char*>(bytes), size), "file");
    check(file);
    Model model;
    io::detail::check_fit(model, file, io::Parts::all, "file");
    io::detail::take(model, file, io::Parts::all);
  } catch (const Error& error) {
    require(!std::string_view(error.what()).empty());
  }
  return 0;
}
