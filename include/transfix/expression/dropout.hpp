// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <transfix/core/random.hpp>
#include <transfix/expression/stored.hpp>

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
  }

  /// 0 or 1 / (1 - rate), lane by lane.
  template <class Vector>
  Vector factor(Index row, Index column) const {
    using Scalar = simd::ScalarOf<Vector>;
    if (threshold == 0) return Vector(Scalar(1));
    std::array<Scalar, Vector::size> factors;
    std::array<std::uint32_t, 4> bits{};
    for (Index lane = 0; lane < static_cast<Index>(Vector::size); ++lane) {
      const Index place = column + lane;
      if (lane == 0 || place % 8 == 0) {
        bits = philox(seed ^ (std::uint64_t{step} << 32),
                      {static_cast<std::uint32_t>(place / 8), static_cast<std::uint32_t>(row), sequence, stream});
      }
      const std::uint32_t half = bits[static_cast<std::size_t>(place % 8 / 2)] >> (place % 2 * 16) & 0xFFFFu;
      factors[static_cast<std::size_t>(lane)] = half < threshold ? Scalar(0) : static_cast<Scalar>(kept);
    }
    return simd::load<Vector>(factors.data());
  }
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
