// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/math.hpp>
#include <transfix/expression/dropout.hpp>
#include <transfix/expression/mask.hpp>
#include <transfix/expression/score_pattern.hpp>
#include <transfix/expression/softmax.hpp>
#include <transfix/expression/turned_keys.hpp>

// The pattern  matmul(softmax(<elementwise terms of> matmul(q, transpose(k))), v)  is recognised by its type
// and computed tile by tile with an online softmax (Milakov & Gimelshein 2018; Dao et al. 2022). The scores
// are never stored: forward keeps one number a row, log(sum(exp(scores))), and backward computes each tile
// of probabilities again.

namespace transfix::inline TRANSFIX_ABI {

namespace detail {
struct NoDropout {
  void start(Context&) {}
  template <class Vector>
  static Vector factor(Index, Index) {
    return Vector(1);
  }
};
}  // namespace detail

/// softmax(terms(q k^T)) v, head by head: [heads, queries, D], [heads, keys, D] -> [heads, queries, D].
/// The result lies as [queries, heads * D] in memory. `Random` is DropoutMask where the probabilities
/// have dropout.
template <class Terms, class Query, class Key, class Value, class Random>
struct Attention : StoredComputation<Attention<Terms, Query, Key, Value, Random>> {
  using Scalar = typename Query::Scalar;
  static constexpr Index heads = Query::Shape::batches, queries = Query::Shape::matrix_rows;
  static constexpr Index keys = Key::Shape::matrix_rows, width = Query::Shape::columns;
  static constexpr Index value_width = Value::Shape::columns;
  /// So many heads of queries share one head of keys and values (Shazeer 2019; Ainslie et al. 2023).
  static constexpr Index group = heads / Key::Shape::batches;
  static_assert(Value::Shape::batches == Key::Shape::batches, "attention: keys and values must have as many heads");
  using Shape = transfix::Shape<heads, queries, value_width>;
  using Strides = transfix::Strides<value_width, heads * value_width>;
  static constexpr Index span = Shape::size, rows = heads * queries;
  static constexpr bool differentiable = Terms::differentiable || Value::differentiable;
  static constexpr bool drops = !std::is_same_v<Random, detail::NoDropout>;

  static constexpr Index query_block = queries < 32 ? queries : 32, key_block = keys < 64 ? keys : 64;
  static constexpr Index q_row = Query::Strides::row, k_row = Key::Strides::row, v_row = Value::Strides::row;
  static constexpr Index y_row = Strides::row;

  // Where several blocks of queries meet the same keys, these are transposed once for all of them.
  static constexpr bool turns = (queries > query_block) && (simd::lanes<Scalar> > 1);
  using TurnedKeys = detail::TurnedKeys<TensorOf<Key>, key_block, turns>;
  using TurnedValues = detail::TurnedKeys<TensorOf<Value>, key_block, turns>;

  // The products of one tile of M queries and N keys.
  template <Index M, Index N>
  struct Products {
    static constexpr kernels::Product scores{M, N, width, q_row, 1, TurnedKeys::row_stride, TurnedKeys::column_stride,
                                             N};
    static constexpr kernels::Product values{M, value_width, N, N, 1, v_row, 1, value_width};
    static constexpr kernels::Product d_probabilities{
        M, N, value_width, y_row, 1, TurnedValues::row_stride, TurnedValues::column_stride, N};
    static constexpr kernels::Product d_value{N, value_width, M, 1, N, y_row, 1, v_row};
    static constexpr kernels::Product d_query{M, width, N, N, 1, k_row, 1, q_row};
    static constexpr kernels::Product d_key{N, width, M, 1, N, q_row, 1, k_row};
    static constexpr Index scratch =
        std::max({kernels::product_scratch<Scalar, scores>, kernels::product_scratch<Scalar, values>,
                  kernels::product_scratch<Scalar, d_probabilities>, kernels::product_scratch<Scalar, d_value>,
                  kernels::product_scratch<Scalar, d_query>, kernels::product_scratch<Scalar, d_key>});
  };
  static constexpr Index rest_of_queries = queries % query_block, rest_of_keys = keys % key_block;
  // Of a block of keys of which a mask hides one half, the other is worked on.
  static constexpr Index half = detail::can_hide<Terms> && queries >= 32 && keys >= 64 ? key_block / 2 : key_block;
  template <Index M>
  static constexpr Index scratch_of_rows =
      std::max({Products<M, key_block>::scratch, Products<M, half>::scratch,
                Products<M, rest_of_keys == 0 ? key_block : rest_of_keys>::scratch});
  static constexpr Index product_scratch =
      std::max(scratch_of_rows<query_block>, scratch_of_rows<rest_of_queries == 0 ? query_block : rest_of_queries>);
  static constexpr Index tile_bytes = workspace_bytes<Scalar>(query_block * key_block);
  static constexpr Index forward_scratch = workspace_bytes<Scalar>(product_scratch) + tile_bytes +
                                           workspace_bytes<Scalar>(query_block * value_width) +
                                           2 * workspace_bytes<Scalar>(query_block) + TurnedKeys::bytes;
  static constexpr Index backward_scratch = workspace_bytes<Scalar>(product_scratch) + 3 * tile_bytes +
                                            workspace_bytes<Scalar>(query_block) + TurnedKeys::bytes +
                                            TurnedValues::bytes;

  static constexpr Index open_bytes = differentiable ? workspace_bytes<Scalar>(span) : 0;
  static constexpr Index forward_bytes =
      std::max({Query::forward_bytes, Key::forward_bytes, Value::forward_bytes, forward_scratch});
  static constexpr Index close_bytes =
      differentiable ? Query::open_bytes + Key::open_bytes + Value::open_bytes +
                           std::max({backward_scratch, Query::close_bytes, Key::close_bytes, Value::close_bytes})
                     : 0;

  struct Tape {
    [[no_unique_address]] typename Query::Tape query;
    [[no_unique_address]] typename Key::Tape key;
    [[no_unique_address]] typename Value::Tape values;
    [[no_unique_address]] typename Terms::Tape terms;
    [[no_unique_address]] Random random;
    Buffer<Scalar, rows> log_sum;  // of the exponentials of each row of scores
    Buffer<Scalar, span> value;
    Scalar* gradient;
  };
  Terms terms;
  Query query;
  Key key;
  Value values;

  constexpr Attention(Terms given_terms, Query given_query, Key given_key, Value given_values)
      : terms(std::move(given_terms)),
        query(std::move(given_query)),
        key(std::move(given_key)),
        values(std::move(given_values)) {}

  void forward(Tape& tape, Context& context) const {
    query.forward(tape.query, context);
    key.forward(tape.key, context);
    values.forward(tape.values, context);
    tape.random.start(context);
    std::byte* const mark = context.workspace;
    const auto q = view(query, tape.query);
    const auto k = view(key, tape.key);
    const auto v = view(values, tape.values);
    auto* scratch = context.take<Scalar>(product_scratch);
    auto* tile = context.take<Scalar>(query_block * key_block);
    auto* sum_of_values = context.take<Scalar>(query_block * value_width);
    auto* largest = context.take<Scalar>(query_block);
    auto* sum = context.take<Scalar>(query_block);
    const TurnedKeys turned_keys(k, context);
    const Out<Tensor<Scalar, Shape, Strides>> y{tape.value.data};

    for_each_query_block([&]<Index M>(Extent<M>, Index head, Index first_row) {
      if (first_row == 0 && head % group == 0) turned_keys.turn(head / group);
      for (Index i = 0; i < M; ++i) {
        largest[i] = -std::numeric_limits<Scalar>::infinity();
        sum[i] = 0;
      }
      for (Index i = 0; i < M * value_width; ++i) sum_of_values[i] = 0;
      for_each_key_block(head, first_row, Extent<M>{}, [&]<Index N>(Extent<N>, Index first_column) {
        using Tile = Products<M, N>;
        kernels::multiply<Scalar, Tile::scores>(
            q[head * queries + first_row], turned_keys.columns_from(head / group, first_column), tile, false, scratch);
        place_tile<N>(tape, tile, nullptr, head * queries + first_row, first_column);
        for (Index i = 0; i < M; ++i) {
          const Index row = head * queries + first_row + i;
          Scalar* const scores = tile + i * N;
          simd::for_each_lane<Scalar, N>([&](auto tag, Index column) {
            simd::store(terms.template lane<decltype(tag)>(tape.terms, row, first_column + column), scores + column);
          });
          add_exponentials<N>(tape, row, first_column, scores, sum_of_values + i * value_width, largest[i], sum[i]);
        }
        kernels::multiply<Scalar, Tile::values>(tile, v[head / group * keys + first_column], sum_of_values, true,
                                                scratch);
      });
      for (Index i = 0; i < M; ++i) {
        const Index row = head * queries + first_row + i;
        const Scalar factor = sum[i] > 0 ? 1 / sum[i] : Scalar(0);
        tape.log_sum.data[row] = largest[i] + math::log(sum[i]);
        simd::for_each_lane<Scalar, value_width>([&](auto tag, Index column) {
          using Vector = decltype(tag);
          simd::store(simd::load<Vector>(sum_of_values + i * value_width + column) * Vector(factor), y[row] + column);
        });
      }
    });
    context.workspace = mark;
  }

  void close(Tape& tape, Context& context) const {
    if constexpr (differentiable) {
      std::byte* const mark = context.workspace;
      query.open(tape.query, context);
      key.open(tape.key, context);
      values.open(tape.values, context);
      std::byte* const opened = context.workspace;
      backward(tape, context);
      context.workspace = opened;
      values.close(tape.values, context);
      key.close(tape.key, context);
      query.close(tape.query, context);
      context.workspace = mark;
    }
  }

 private:
  template <Index Size>
  using Extent = std::integral_constant<Index, Size>;

  // Scores become exponentials; what was summed under a smaller maximum is scaled down.
  template <Index N>
  void add_exponentials(const Tape& tape, Index row, Index first_column, Scalar* scores, Scalar* values_so_far,
                        Scalar& largest, Scalar& sum) const {
    const Scalar found = kernels::largest_of_row<Scalar, N>(
        [&](auto tag, Index column) { return simd::load<decltype(tag)>(scores + column); });
    if (found > largest) {
      const Scalar factor = math::exp(largest - found);
      if (sum > 0) {
        simd::for_each_lane<Scalar, value_width>([&](auto tag, Index column) {
          using Vector = decltype(tag);
          simd::store(simd::load<Vector>(values_so_far + column) * Vector(factor), values_so_far + column);
        });
      }
      sum *= factor;
      largest = found;
    }
    const Scalar origin = largest == -std::numeric_limits<Scalar>::infinity() ? Scalar(0) : largest;
    sum += kernels::sum_of_row<Scalar, N>([&](auto tag, Index column) {
      using Vector = decltype(tag);
      const Vector value = simd::exponential(simd::load<Vector>(scores + column) - Vector(origin));
      if constexpr (drops) {  // random numbers are dear, and most scores of a sparse mask are hidden
        if (simd::largest_lane(value) == 0) {
          simd::store(value, scores + column);
          return value;
        }
      }
      simd::store(value * tape.random.template factor<Vector>(row, first_column + column), scores + column);
      return value;
    });
  }

  void backward(Tape& tape, Context& context) const {
    const auto q = view(query, tape.query);
    const auto k = view(key, tape.key);
    const auto v = view(values, tape.values);
    const auto dq = transfix::gradient(query, tape.query, context).clear();
    const auto dk = transfix::gradient(key, tape.key, context).clear();
    const auto dv = transfix::gradient(values, tape.values, context).clear();
    auto* scratch = context.take<Scalar>(product_scratch);
    auto* scores = context.take<Scalar>(query_block * key_block);
    auto* probabilities = context.take<Scalar>(query_block * key_block);
    auto* d_scores = context.take<Scalar>(query_block * key_block);
    auto* mean = context.take<Scalar>(query_block);
    const TurnedKeys turned_keys(k, context);
    const TurnedValues turned_values(v, context);
    const In<Tensor<Scalar, Shape, Strides>> y{tape.value.data}, dy{tape.gradient};

    for_each_query_block([&]<Index M>(Extent<M>, Index head, Index first_row) {
      const Index block_row = head * queries + first_row;
      if (first_row == 0 && head % group == 0) {
        turned_keys.turn(head / group);
        turned_values.turn(head / group);
      }
      for (Index i = 0; i < M; ++i) mean[i] = kernels::dot<value_width>(dy[block_row + i], y[block_row + i]);
      for_each_key_block(head, first_row, Extent<M>{}, [&]<Index N>(Extent<N>, Index first_column) {
        using Tile = Products<M, N>;
        const Index block_key = head / group * keys + first_column;
        kernels::multiply<Scalar, Tile::scores>(q[block_row], turned_keys.columns_from(head / group, first_column),
                                                scores, false, scratch);
        kernels::multiply<Scalar, Tile::d_probabilities>(
            dy[block_row], turned_values.columns_from(head / group, first_column), d_scores, false, scratch);
        place_tile<N>(tape, scores, d_scores, block_row, first_column);
        for (Index i = 0; i < M; ++i) {
          const Index row = block_row + i;
          const Scalar log_sum = tape.log_sum.data[row];
          const bool sees_nothing = log_sum == -std::numeric_limits<Scalar>::infinity();
          simd::for_each_lane<Scalar, N>([&](auto tag, Index column) {
            using Vector = decltype(tag);
            const Index at = i * N + column;
            const Vector score = terms.template lane<Vector>(tape.terms, row, first_column + column);
            const Vector probability = sees_nothing ? Vector(Scalar(0)) : simd::exponential(score - Vector(log_sum));
            if constexpr (drops) {
              if (simd::largest_lane(probability) == 0) {
                simd::store(probability, probabilities + at);
                terms.pull(tape.terms, context, row, first_column + column, probability);
                return;
              }
            }
            const Vector factor = tape.random.template factor<Vector>(row, first_column + column);
            simd::store(probability * factor, probabilities + at);
            const Vector d_probability = simd::load<Vector>(d_scores + at) * factor;
            terms.pull(tape.terms, context, row, first_column + column,
                       probability * (d_probability - Vector(mean[i])));
          });
        }
        if constexpr (Value::differentiable) {
          kernels::multiply<Scalar, Tile::d_value>(probabilities, dy[block_row], dv[block_key], true, scratch);
        }
        if constexpr (Query::differentiable) {
          kernels::multiply<Scalar, Tile::d_query>(d_scores, k[block_key], dq[block_row], true, scratch);
        }
        if constexpr (Key::differentiable) {
          kernels::multiply<Scalar, Tile::d_key>(d_scores, q[block_row], dk[block_key], true, scratch);
        }
      });
    });
  }

  template <Index N>
  void place_tile(Tape& tape, const Scalar* scores, Scalar* gradients, Index first_row, Index first_column) const {
    auto& tile = detail::tile_tape(terms, tape.terms);
    tile.scores = scores;
    tile.gradients = gradients;
    tile.first_row = first_row;
    tile.first_column = first_column;
    tile.stride = N;
  }

  static void for_each_query_block(auto&& function) {
    for (Index head = 0; head < heads; ++head) {
      for (Index row = 0; row + query_block <= queries; row += query_block) function(Extent<query_block>{}, head, row);
      if constexpr (rest_of_queries != 0) function(Extent<rest_of_queries>{}, head, queries - rest_of_queries);
    }
  }

  template <Index M>
  void for_each_key_block(Index head, Index first_row, Extent<M>, auto&& function) const {
    const auto visible = [&](Index first_column, Index columns) {
      return !detail::hides(terms,
                            Region{head, first_row, first_row + M - 1, first_column, first_column + columns - 1});
    };
    for (Index column = 0; column + key_block <= keys; column += key_block) {
      if constexpr (half == key_block) {
        if (visible(column, key_block)) function(Extent<key_block>{}, column);
      } else {
        const bool first = visible(column, half), second = visible(column + half, half);
        if (first && second) {
          function(Extent<key_block>{}, column);
        } else if (first || second) {
          function(Extent<half>{}, first ? column : column + half);
        }
      }
    }
    if constexpr (rest_of_keys != 0) {
      if (visible(keys - rest_of_keys, rest_of_keys)) function(Extent<rest_of_keys>{}, keys - rest_of_keys);
    }
  }
};

namespace detail {
template <class E>
struct SoftmaxOperand {
  static constexpr bool fuses = false;
};
template <class X, class Scores>
struct SoftmaxOperand<Operation<rules::Softmax<X>, Scores>> {
  using Random = NoDropout;
  using Terms = Scores;
  static constexpr bool fuses = ScoreTerms<Scores>::products == 1 && ScoreTerms<Scores>::elementwise;
  static constexpr Scores& scores(Operation<rules::Softmax<X>, Scores>& softmax) { return get<0>(softmax.operands); }
};
template <class X, class Scores>
struct SoftmaxOperand<Operation<rules::Softmax<X>, Stored<Scores>>> {
  using Random = NoDropout;
  using Terms = Scores;
  static constexpr bool fuses = ScoreTerms<Scores>::products == 1 && ScoreTerms<Scores>::elementwise;
  static constexpr Scores& scores(Operation<rules::Softmax<X>, Stored<Scores>>& softmax) {
    return get<0>(softmax.operands).expression;
  }
};
template <class Probabilities>
struct SoftmaxOperand<Dropout<Probabilities>> : SoftmaxOperand<Probabilities> {
  using Random = DropoutMask;
  static constexpr auto& scores(Dropout<Probabilities>& dropped) {
    return SoftmaxOperand<Probabilities>::scores(dropped.expression);
  }
};
}  // namespace detail

/// The fused form of matmul(softmax(scores), v) and matmul(dropout(softmax(scores)), v).
template <Expression Probabilities, Operand V>
requires(detail::SoftmaxOperand<Probabilities>::fuses) constexpr auto matmul(Probabilities&& probabilities, V&& v) {
  using Pattern = detail::SoftmaxOperand<Probabilities>;
  using Scores = detail::ScoreTerms<typename Pattern::Terms>;
  using ShapeA = typename Probabilities::Shape;
  using ShapeB = typename ExpressionOf<V>::Shape;
  static_assert(inner_extents_agree<ShapeA, ShapeB>, "matmul(a, b): the columns of a must be the rows of b");
  static_assert(batch_extents_agree<ShapeA, ShapeB>,
                "matmul(a, b): the leading extents of b must be those of a, or divide them");
  auto& scores = Pattern::scores(probabilities);
  auto& product = Scores::product(scores);
  auto query = std::move(get<0>(product.operands));
  auto key = std::move(get<1>(product.operands));
  auto terms = Scores::without_product(std::move(scores));
  auto values = store(std::forward<V>(v));
  return Attention<decltype(terms), decltype(query), decltype(key), decltype(values), typename Pattern::Random>(
      std::move(terms), std::move(query), std::move(key), std::move(values));
}

}  // namespace transfix::inline TRANSFIX_ABI
