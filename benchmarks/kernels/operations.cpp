// SPDX-License-Identifier: MIT
// The operations between the products, forward and with their gradients, at the shapes of the models A, B and C: fused
// attention, norms, softmax, activations, and the head with its loss. What a causal mask makes unnecessary counts as if
// it were done.
#include <transfix/expression/activations.hpp>
#include <transfix/expression/attention.hpp>
#include <transfix/expression/dropout.hpp>
#include <transfix/expression/normalize.hpp>
#include <transfix/loss/cross_entropy.hpp>

#include "../pass.hpp"

namespace {

using namespace benchmarks;

template <class Mask>
struct Attention {
  auto operator()(auto query, auto key, auto value) const {
    return matmul(softmax(mask(scale(matmul(query, transpose(key))), Mask{})), value);
  }
};
struct Standardize {
  auto operator()(auto x) const { return standardize(x); }
};
struct ScaleToUnit {
  auto operator()(auto x) const { return scale_to_unit(x); }
};
struct Softmax {
  auto operator()(auto x) const { return softmax(x); }
};
struct Dropout {
  auto operator()(auto x) const { return dropout(x); }
};
struct Gelu {
  auto operator()(auto x) const { return gelu(x); }
};
struct GeluTanh {
  auto operator()(auto x) const { return gelu_tanh(x); }
};

template <class Mask, Index Heads, Index Context, Index Width>
void add_attention(const std::string& name) {
  using Each = Shape<Heads, Context, Width>;
  add_pass<Attention<Mask>, Each, Each, Each>(name, {4.0 * Heads * Context * Context * Width});
}

/// Logits, loss and gradients of a tied head.
template <Index Rows, Index Width, Index Vocabulary>
void head(benchmark::State& state) {
  static const double peak = measured_peak(1);
  const Numbers<Shape<Rows, Width>> hidden;
  const Numbers<Shape<Vocabulary, Width>> embedding;
  std::vector<Token> targets(static_cast<std::size_t>(Rows), 7);
  const auto loss =
      loss::CrossEntropy{}(matmul(hidden.named(), transpose(embedding.named())), Tokens<Rows>{targets.data()});
  typename decltype(loss)::Tape tape;
  const Storage workspace(decltype(loss)::workspace);
  for (auto _ : state) {
    Context context;
    context.workspace = workspace.data();
    benchmark::DoNotOptimize(const_cast<std::remove_const_t<decltype(loss)>&>(loss).train(tape, context, 1e-3f));
  }
  const double done = 6.0 * Rows * Width * Vocabulary * static_cast<double>(state.iterations());
  state.counters["GFLOP/s"] = benchmark::Counter(done * 1e-9, benchmark::Counter::kIsRate);
  state.counters["share_of_peak"] = benchmark::Counter(done / peak, benchmark::Counter::kIsRate);
}

template <Index Rows, Index Width, Index Vocabulary>
void add_head(const std::string& name) {
  benchmark::RegisterBenchmark(name.c_str(), head<Rows, Width, Vocabulary>)->Unit(benchmark::kMicrosecond);
}

template <Index Rows, Index Width>
void add_rows(const std::string& size) {
  using Rectangle = Shape<Rows, Width>;
  add_pass<Standardize, Rectangle>("layer_norm/" + size);
  add_pass<ScaleToUnit, Rectangle>("rms_norm/" + size);
  add_pass<Softmax, Rectangle>("softmax/" + size);
  add_pass<Dropout, Rectangle>("dropout/" + size);
  add_pass<Gelu, Rectangle>("gelu/" + size);
  add_pass<GeluTanh, Rectangle>("gelu_tanh/" + size);
}

}  // namespace

int main(int count, char** arguments) {
  add_attention<Causal, 4, 64, 32>("attention/A");
  add_attention<Causal, 6, 256, 64>("attention/B");
  add_attention<Causal, 12, 64, 64>("attention/C");
  add_attention<Unmasked, 4, 64, 32>("attention/E");
  add_attention<Causal, 6, 1024, 64>("attention/1024");
  add_rows<256, 128>("256x128");
  add_rows<256, 768>("256x768");
  add_head<768, 128, 65>("head/A");
  add_head<256, 256, 8000>("head/F");
  add_head<256, 768, 50257>("head/C");
  return run_all(count, arguments);
}
