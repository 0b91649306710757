// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <transfix/core/members.hpp>
#include <transfix/io/path_text.hpp>
#include <type_traits>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::io {

/// Which parameters of a model a file holds. A fine-tuned model loads its frozen ones from the pretrained file, and
/// saves its trained ones, an adapter for instance, to a small file of their own.
enum class Parts { all, frozen, trained };

namespace detail {
static_assert(std::endian::native == std::endian::little,
              "safetensors files are read and written as they lie in memory");

template <class Parameter>
constexpr bool is_among(Parts parts) {
  return parts == Parts::all || (parts == Parts::trained) == Parameter::trained;
}

template <class Scalar>
constexpr std::string_view dtype_of() {
  static_assert(std::same_as<Scalar, float> || std::same_as<Scalar, double>, "parameters are float or double");
  return std::same_as<Scalar, float> ? "F32" : "F64";
}

/// The extents of a shape as the file format counts.
template <class Shape>
std::span<const std::uint64_t> extents_of() {
  static constexpr auto extents = [] {
    std::array<std::uint64_t, std::size_t{Shape::rank}> numbers{};
    for (Index axis = 0; axis < Shape::rank; ++axis) {
      numbers[static_cast<std::size_t>(axis)] = static_cast<std::uint64_t>(Shape::extent(axis));
    }
    return numbers;
  }();
  return extents;
}

inline std::string shape_text(std::span<const std::uint64_t> extents) {
  std::string text = "[";
  for (const std::uint64_t extent : extents) {
    if (text.size() > 1) text += ',';
    text += std::to_string(extent);
  }
  return text + "]";
}

/// A parameter of a model, whatever its type, so that code about files is not made for each model anew.
struct OwnTensor {
  std::string name;
  std::span<const std::uint64_t> shape;
  std::string_view dtype;
  std::size_t count;

  std::size_t width() const { return dtype == dtype_of<float>() ? sizeof(float) : sizeof(double); }
  std::string_view layer() const { return std::string_view(name).substr(0, name.rfind('.')); }
  /// Whether it is a low-rank adapter (nn::Linear with LowRank), which published files do not have.
  bool is_adapter() const { return name.ends_with(".down") || name.ends_with(".up"); }
};

// One function for all parameters of all models.
inline void add(const Path& path, std::span<const std::uint64_t> shape, std::string_view dtype, std::size_t count,
                std::vector<OwnTensor>& to) {
  to.push_back({written(path), shape, dtype, count});
}

template <class Model>
std::vector<OwnTensor> own_tensors(const Model& model, Parts parts = Parts::all) {
  std::vector<OwnTensor> found;
  for_each_parameter(model, [&]<class Shape, class Stored>(const Path& path, const Parameter<Shape, Stored>&) {
    if (!is_among<Parameter<Shape, Stored>>(parts)) return;
    add(path, extents_of<Shape>(), dtype_of<Computed<Stored>>(), std::size_t{Shape::size}, found);
  });
  return found;
}

/// The bytes of each of them, char or const char.
template <class Byte, class Model>
std::vector<Byte*> own_bytes(Model& model, Parts parts = Parts::all) {
  std::vector<Byte*> found;
  for_each_parameter(model, [&](const Path&, auto& parameter) {
    if (!is_among<std::remove_cvref_t<decltype(parameter)>>(parts)) return;
    found.push_back(reinterpret_cast<Byte*>(transfix::numbers(parameter).data()));
  });
  return found;
}
}  // namespace detail

}  // namespace transfix::inline TRANSFIX_ABI::io
