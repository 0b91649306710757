// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <bit>
#include <cstdint>
#include <transfix/expression/stored.hpp>
#include <transfix/kernels/philox.hpp>
#include <type_traits>

namespace transfix::inline TRANSFIX_ABI {

/// What decides a dropout mask: a stream of random bits of its own for each operation, and the rate.
/// A mask is a function of (seed, step, sequence, stream, row, column), so backward makes it again.
struct DropoutMask {
  std::uint64_t seed = 0;
  std::uint32_t step = 0, sequence = 0, stream = 0;
  std::uint32_t threshold = 0;  // of 65,536: a number whose 16 random bits are below is dropped
  float kept = 1;               // what the others are multiplied with

  void start(Context& context) {
    seed = context.seed;
    step = context.step;
    sequence = context.sequence;
    stream = context.random_stream++;
    threshold = static_cast<std::uint32_t>(context.dropout * 65536.0f + 0.5f);
    kept = 65536.0f / (65536.0f - static_cast<float>(threshold));
    stretch_row = -1;
  }

  /// 0 or 1 / (1 - rate), lane by lane.
  template <class Vector>
  TRANSFIX_INLINE Vector factor(Index row, Index column) const {
    using Scalar = simd::ScalarOf<Vector>;
    constexpr auto width = static_cast<Index>(Vector::size);
    if (threshold == 0) return Vector(Scalar(1));
    if constexpr (std::is_same_v<Scalar, float> && width > 1) {
      if (column % width == 0) {
        make_if_needed(row, column / stretch);
        typename simd::detail::RawVector<std::uint16_t, width>::Type drawn;
        __builtin_memcpy(&drawn, bits.data() + column % stretch, sizeof drawn);
        using Whole = typename simd::detail::RawVector<std::int32_t, width>::Type;
        // Without a comparison: a difference below 0 has a sign.
        const Whole below = (__builtin_convertvector(drawn, Whole) - static_cast<std::int32_t>(threshold)) >> 31;
        const Whole factors = ~below & std::bit_cast<std::int32_t>(kept);
        Vector vector;
        __builtin_memcpy(&vector.data, &factors, sizeof factors);
        return vector;
      }
    }
    std::array<Scalar, Vector::size> lanes;
    for (Index lane = 0; lane < width; ++lane) {
      make_if_needed(row, (column + lane) / stretch);
      const bool dropped = bits[static_cast<std::size_t>((column + lane) % stretch)] < threshold;
      lanes[static_cast<std::size_t>(lane)] = dropped ? Scalar(0) : static_cast<Scalar>(kept);
    }
    return simd::load<Vector>(lanes.data());
  }

 private:
  // Columns whose bits are drawn together, 64 with AVX: 8 of a block of 128 bits, which row and columns name.
  static constexpr Index vectors = kernels::Blocks::count < 8 ? 2 : 1;
  static constexpr Index blocks = vectors * kernels::Blocks::count, stretch = 8 * blocks;

  TRANSFIX_INLINE void make_if_needed(Index row, Index number) const {
    if (row != stretch_row || number != stretch_number) make_stretch(row, number);
  }
  [[gnu::noinline]] void make_stretch(Index row, Index number) const {
    using Blocks = kernels::Blocks;
    stretch_row = row, stretch_number = number;
    const auto counters = [&](Index block) {
      const Blocks::Bits zero{};
      return Blocks{Blocks::counting(static_cast<std::uint64_t>(block)), zero + static_cast<std::uint32_t>(row),
                    zero + sequence, zero + stream};
    };
    const std::uint64_t key = seed ^ (std::uint64_t{step} << 32);
    Blocks random[vectors] = {counters(number * blocks)};
    if constexpr (vectors == 1) {
      kernels::philox(key, random[0]);
    } else {
      random[1] = counters(number * blocks + Blocks::count);
      kernels::philox(key, random[0], random[1]);
    }
    for (std::size_t i = 0; i < blocks; ++i) {
      const Blocks& block = random[i / Blocks::count];
      const std::size_t lane = i % Blocks::count;
      const std::uint64_t words[] = {block.a[lane], block.b[lane], block.c[lane], block.d[lane]};
      for (std::size_t half = 0; half < 8; ++half)
        bits[8 * i + half] = static_cast<std::uint16_t>(words[half / 2] >> (half % 2 * 16));
    }
  }

  // The stretch that was asked for last: numbers are asked for along rows. Each thread has tapes, and so masks, of its
  // own.
  mutable Index stretch_row = -1, stretch_number = -1;
  mutable std::array<std::uint16_t, stretch> bits;
};

/// x with each number set to 0 with probability `context.dropout`, and the others divided by the
/// probability of staying (Srivastava et al. 2014). Never stored: backward draws the same mask again.
template <class X>
struct Dropout : Computation<Dropout<X>> {
  using Scalar = typename X::Scalar;
  using Shape = typename X::Shape;
  static constexpr bool differentiable = X::differentiable;
  static constexpr Index open_bytes = X::open_bytes, forward_bytes = X::forward_bytes, close_bytes = X::close_bytes;
  struct Tape {
    [[no_unique_address]] typename X::Tape expression;
    DropoutMask mask;
  };
  X expression;

  constexpr explicit Dropout(X given) : expression(std::move(given)) {}
  void forward(Tape& tape, Context& context) const {
    expression.forward(tape.expression, context);
    tape.mask.start(context);
  }
  template <class Vector>
  TRANSFIX_INLINE Vector lane(const Tape& tape, Index row, Index column) const {
    return expression.template lane<Vector>(tape.expression, row, column) *
           tape.mask.template factor<Vector>(row, column);
  }
  void open(Tape& tape, Context& context) const { expression.open(tape.expression, context); }
  template <class Vector>
  TRANSFIX_INLINE void pull(Tape& tape, const Context& context, Index row, Index column, Vector gradient) const {
    expression.pull(tape.expression, context, row, column, gradient * tape.mask.template factor<Vector>(row, column));
  }
  void close(Tape& tape, Context& context) const { expression.close(tape.expression, context); }
};

namespace detail {
template <class X>
requires(PlaceOf<X>::found) struct PlaceOf<Dropout<X>> {
  static constexpr bool found = true;
  static auto& of(auto& tape) { return PlaceOf<X>::of(tape.expression); }
};
}  // namespace detail

/// Dropout where `Enabled`; otherwise x itself, and no code for it.
template <bool Enabled = true, Operand X>
constexpr auto dropout(X&& x) {
  if constexpr (Enabled) {
    return Dropout<ExpressionOf<X>>(as_expression(std::forward<X>(x)));
  } else {
    return as_expression(std::forward<X>(x));
  }
}

}  // namespace transfix::inline TRANSFIX_ABI
