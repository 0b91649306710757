// SPDX-License-Identifier: MIT
// Writing token by token as benchmarks/generate/decode.cpp does, in PyTorch's C++ interface as its users write it for
// speed: one sequence, one thread, greedy, from a cache of keys and values that is allocated once and written in place.
// OpenBLAS takes its number of threads from the environment alone: OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1.
#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "../../models.hpp"
#include "torch_gpt.hpp"

namespace {

using namespace peers;

/// A weight [out, in] as products with one vector are fastest: Debian's libtorch does them so where the vectors that
/// lie in one piece are the longer ones, [in, out] in memory for maps to as much or more, [out, in] for maps to less.
Tensor for_one_vector(const Tensor& weight) {
  return weight.size(0) < weight.size(1) ? weight : weight.t().contiguous().t();
}

/// A linear map of one vector. A product with a vector (addmv) takes a quarter to two thirds of the time of one with a
/// matrix of one row (linear, addmm, oneDNN's).
struct VectorMap {
  Tensor weight, bias;
  explicit VectorMap(const Linear& linear) : weight(for_one_vector(linear.weight)), bias(linear.bias) {}

  Tensor operator()(const Tensor& x) const { return torch::addmv(bias, weight, x); }
  void write(Tensor& result, const Tensor& x) const { torch::addmv_out(result, bias, weight, x); }
  void add(Tensor& sum, const Tensor& x) const { sum.add_(bias).addmv_(weight, x); }
};

class DecoderBlock {
 public:
  DecoderBlock(const PreNormBlock& block, std::int64_t context)
      : attention_norm_(block.attention_norm),
        feed_forward_norm_(block.feed_forward_norm),
        query_key_value_(with_scaled_queries(block.attention)),
        projection_(block.attention.projection),
        up_(block.feed_forward.up),
        down_(block.feed_forward.down) {
    const std::int64_t heads = block.attention.heads, width = block.attention_norm.scale.size(0);
    row_ = torch::empty({3 * width});
    const Tensor by_head = row_.view({heads, 3, width / heads});
    query_ = by_head.narrow(1, 0, 1);
    key_value_ = by_head.narrow(1, 1, 2);
    const Tensor cache = torch::empty({heads, 2, context, width / heads});
    for (std::int64_t position = 0; position < context; ++position)
      places_.push_back({cache.select(2, position), cache.select(1, 0).narrow(1, 0, position + 1),
                         cache.select(1, 1).narrow(1, 0, position + 1)});
  }

  void add(Tensor& x, std::int64_t position) {
    query_key_value_.write(row_, attention_norm_(x));
    projection_.add(x, attend(places_[static_cast<std::size_t>(position)]));
    down_.add(x, torch::gelu(up_(feed_forward_norm_(x)), "tanh"));
  }

 private:
  /// Where a position's key and value go, and the keys and values up to it: views of the cache, made once, as a view
  /// takes as long as some of the work does.
  struct Place {
    Tensor key_value, keys, values;
  };

  /// The scale of attention's scores in the weights, so that no step needs to multiply by it.
  static VectorMap with_scaled_queries(const SelfAttention& attention) {
    Linear map = attention.query_key_value;
    const std::int64_t head_width = map.weight.size(1) / attention.heads;
    for (Tensor* numbers : {&map.weight, &map.bias}) {
      *numbers = numbers->clone();
      numbers->view({attention.heads, 3, -1}).select(1, 0).mul_(1 / std::sqrt(static_cast<double>(head_width)));
    }
    return VectorMap(map);
  }

  /// Without MKL, bmm calls OpenBLAS for each head; products number by number and their sums are faster.
  Tensor attend(const Place& place) const {
    place.key_value.copy_(key_value_);
    const Tensor shares = (place.keys * query_).sum(-1).softmax(-1);
    return (place.values * shares.unsqueeze(-1)).sum(1).flatten();
  }

  LayerNorm attention_norm_, feed_forward_norm_;
  VectorMap query_key_value_, projection_, up_, down_;
  Tensor row_, query_, key_value_;  // a position's queries, keys and values, and views of them
  std::vector<Place> places_;
};

class Decoder {
 public:
  explicit Decoder(const Gpt& model)
      : tokens_(model.tokens),
        positions_(model.positions.squeeze(1)),
        norm_(model.norm),
        head_(for_one_vector(model.tokens)) {
    for (const auto& block : model.blocks) blocks_.emplace_back(block, positions_.size(0));
  }

  /// The logits of the token at `position`, after those at the positions before it.
  Tensor logits(std::int64_t token, std::int64_t position) {
    Tensor x = tokens_.select(0, token) + positions_.select(0, position);
    for (auto& block : blocks_) block.add(x, position);
    return torch::mv(head_, norm_(x));
  }

 private:
  Tensor tokens_, positions_;
  std::vector<DecoderBlock> blocks_;
  LayerNorm norm_;
  Tensor head_;
};

/// Token by token must be what the pass over all tokens is.
void check(const Gpt& model, Decoder& decoder, const transfix::models::GptConfig& config) {
  const Tensor tokens = torch::randint(config.vocabulary, {config.context, 1}, torch::kLong);
  const Tensor expected = model({tokens});
  double difference = 0;
  for (std::int64_t i = 0; i < config.context; ++i) {
    const Tensor logits = decoder.logits(tokens[i].item<std::int64_t>(), i);
    difference = std::max(difference, (logits - expected[i]).abs().max().item<double>());
  }
  if (difference < 1e-4) return;
  std::cerr << "torch_decode: logits differ from those of the pass over all tokens by " << difference << '\n';
  std::exit(1);
}

template <class Model>
void decode(benchmark::State& state) {
  const c10::InferenceMode inference;
  static Decoder decoder = [] {
    torch::manual_seed(1);
    Parameters parameters;
    const Gpt model(parameters, Model::config);
    Decoder result(model);
    check(model, result, Model::config);
    return result;
  }();
  std::int64_t token = 1;
  for (auto _ : state) {
    // The mean over a whole context.
    for (std::int64_t i = 0; i < Model::context; ++i)
      benchmark::DoNotOptimize(token = decoder.logits(token, i).argmax().template item<std::int64_t>());
  }
  const double tokens = static_cast<double>(state.iterations() * Model::context);
  state.counters["tokens/s"] = benchmark::Counter(tokens, benchmark::Counter::kIsRate);
}

BENCHMARK(decode<benchmarks::A>)->Name("torch_decode/A")->Unit(benchmark::kMillisecond);
BENCHMARK(decode<benchmarks::B>)->Name("torch_decode/B")->Unit(benchmark::kMillisecond);
BENCHMARK(decode<benchmarks::C>)->Name("torch_decode/C")->Unit(benchmark::kMillisecond);

}  // namespace

int main(int count, char** arguments) {
  const char* blas_threads = std::getenv("OPENBLAS_NUM_THREADS");
  if (blas_threads == nullptr || blas_threads != std::string("1")) {
    std::cerr << "torch_decode: needs OPENBLAS_NUM_THREADS=1 in the environment\n";
    return 1;
  }
  at::set_num_threads(1);
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
