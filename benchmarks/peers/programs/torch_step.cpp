// SPDX-License-Identifier: MIT
// The training steps of benchmarks/train/step.cpp in PyTorch's C++ interface: the same models, batches, loss, clipping
// and optimizer, as its users write them for speed.
#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include <string>
#include <vector>

#include "../../memory.hpp"
#include "../../peak.hpp"
#include "../../work.hpp"
#include "torch_gpt.hpp"

namespace {

using namespace peers;

struct CrossAttention {
  std::int64_t heads;
  Linear query, key_value, projection;
  CrossAttention(Parameters& make, std::int64_t width, std::int64_t count)
      : heads(count), query(make, width, width), key_value(make, width, 2 * width), projection(make, width, width) {}
  Tensor operator()(const Tensor& x, const Tensor& source) const {
    const auto context = x.size(0), batch = x.size(1), width = x.size(2);
    const auto parts = key_value(source).view({source.size(0), batch * heads, 2, width / heads}).unbind(2);
    const Tensor queries = query(x).view({context, batch * heads, width / heads});
    return projection(attend(queries, parts[0], parts[1], {}).reshape({context, batch, width}));
  }
};

/// Norms after each part, as in the original Transformer.
struct EncoderBlock {
  SelfAttention attention;
  FeedForward feed_forward;
  LayerNorm attention_norm, feed_forward_norm;
  EncoderBlock(Parameters& make, std::int64_t width, std::int64_t heads, std::int64_t hidden)
      : attention(make, width, heads),
        feed_forward(make, width, hidden, Activation::relu),
        attention_norm(make, width),
        feed_forward_norm(make, width) {}
  Tensor operator()(const Tensor& x) const {
    const Tensor y = attention_norm(x + attention(x, {}));
    return feed_forward_norm(y + feed_forward(y));
  }
};

struct DecoderBlock {
  SelfAttention attention;
  CrossAttention cross_attention;
  FeedForward feed_forward;
  LayerNorm attention_norm, cross_attention_norm, feed_forward_norm;
  DecoderBlock(Parameters& make, std::int64_t width, std::int64_t heads, std::int64_t hidden)
      : attention(make, width, heads),
        cross_attention(make, width, heads),
        feed_forward(make, width, hidden, Activation::relu),
        attention_norm(make, width),
        cross_attention_norm(make, width),
        feed_forward_norm(make, width) {}
  Tensor operator()(const Tensor& x, const Tensor& source, const Tensor& mask) const {
    const Tensor y = attention_norm(x + attention(x, mask));
    const Tensor z = cross_attention_norm(y + cross_attention(y, source));
    return feed_forward_norm(z + feed_forward(z));
  }
};

// Each peer makes its parameters, and logits [context x batch, classes] from tokens [context, batch]; Gpt does, too.

struct Classifier {
  Tensor tokens, positions;
  std::vector<PreNormBlock> blocks;
  LayerNorm norm;
  Linear head;
  Classifier(Parameters& make, const transfix::models::ClassifierConfig& config)
      : tokens(make.normal({config.vocabulary, config.width}, 0.02)),
        positions(make.normal({config.context, 1, config.width}, 0.02)),
        norm(make, config.width),
        head(make, config.width, config.classes) {
    for (auto i = config.layers; i > 0; --i) blocks.emplace_back(make, config.width, config.heads, config.hidden);
  }
  Tensor operator()(const std::vector<Tensor>& input) const {
    Tensor x = torch::embedding(tokens, input[0]) + positions;
    for (const auto& block : blocks) x = block(x, {});
    return head(norm(x).mean(0));
  }
};

struct EncoderDecoder {
  double size;
  Tensor tokens, waves, mask;
  std::vector<EncoderBlock> encoder;
  std::vector<DecoderBlock> decoder;
  EncoderDecoder(Parameters& make, const transfix::models::EncoderDecoderConfig& config)
      : size(std::sqrt(static_cast<double>(config.width))),
        tokens(make.normal({config.vocabulary, config.width}, 1 / size)),
        mask(causal_mask(config.target_context)) {
    const Tensor places = torch::arange(config.source_context).unsqueeze(1);
    const Tensor frequencies =
        torch::exp(torch::arange(0, config.width, 2) * (-std::log(10000.0) / static_cast<double>(config.width)));
    const Tensor angles = places * frequencies;
    waves = torch::stack({angles.sin(), angles.cos()}, -1).view({config.source_context, 1, config.width});
    for (auto i = config.encoder_layers; i > 0; --i)
      encoder.emplace_back(make, config.width, config.heads, config.hidden);
    for (auto i = config.decoder_layers; i > 0; --i)
      decoder.emplace_back(make, config.width, config.heads, config.hidden);
  }
  Tensor embed(const Tensor& numbers) const { return torch::add(waves, torch::embedding(tokens, numbers), size); }
  Tensor operator()(const std::vector<Tensor>& input) const {
    Tensor source = embed(input[0]), x = embed(input[1]);
    for (const auto& block : encoder) source = block(source);
    for (const auto& block : decoder) x = block(x, source, mask);
    return torch::linear(x, tokens).flatten(0, 1);
  }
};

struct Lstm {
  Tensor tokens, zero_state, head;
  std::vector<Tensor> layers;
  std::int64_t layer_count;
  Lstm(Parameters& make, const transfix::models::LstmConfig& config)
      : tokens(make.normal({config.vocabulary, config.width}, 0.02)), layer_count(config.layers) {
    const double deviation = 1 / std::sqrt(3.0 * static_cast<double>(config.width));
    for (auto i = config.layers; i > 0; --i) {
      for (int side = 0; side < 2; ++side) layers.push_back(make.normal({4 * config.width, config.width}, deviation));
      layers.push_back(make.constant(4 * config.width, 0));
      layers.push_back(torch::zeros({4 * config.width}));  // of the recurrent product; one bias is enough
    }
    head = make.normal({config.vocabulary, config.width}, 0.02);
  }
  Tensor operator()(const std::vector<Tensor>& input) const {
    const Tensor x = torch::embedding(tokens, input[0]);
    const Tensor zeros = torch::zeros({layer_count, x.size(1), x.size(2)});
    const Tensor y = std::get<0>(torch::lstm(x, {zeros, zeros}, layers, true, layer_count, 0, true, false, false));
    return torch::linear(y, head).flatten(0, 1);
  }
};

template <class Model>
auto peer(Parameters& parameters) {
  using namespace benchmarks;
  if constexpr (std::is_same_v<Model, E>) {
    return Classifier(parameters, Model::config);
  } else if constexpr (std::is_same_v<Model, F>) {
    return EncoderDecoder(parameters, Model::config);
  } else if constexpr (std::is_same_v<Model, L>) {
    return Lstm(parameters, Model::config);
  } else {
    return Gpt(parameters, Model::config);
  }
}

/// Random examples of what a model reads, drawn anew for each step.
template <class Model>
class Examples {
 public:
  static constexpr bool has_source = std::is_same_v<Model, benchmarks::F>;
  static constexpr bool classifies = std::is_same_v<Model, benchmarks::E>;

  explicit Examples(std::int64_t batch)
      : tokens_(torch::randint(Model::vocabulary, {100'000}, torch::kLong)),
        places_(torch::arange(length()).unsqueeze(1)),
        batch_(batch) {}

  void draw() {
    const Tensor at = places_ + torch::randint(90'000, {1, batch_}, torch::kLong);
    input = {tokens_.take(at)};
    if constexpr (has_source) input.push_back(tokens_.take(at + 32));
    if constexpr (classifies) {
      target = torch::randint(Model::config.classes, {batch_}, torch::kLong);
    } else {
      target = tokens_.take(at + (has_source ? 33 : 1)).flatten();
    }
  }

  std::vector<Tensor> input;
  Tensor target;

 private:
  static std::int64_t length() {
    if constexpr (classifies) {
      return Model::context;
    } else {
      return Model::Target::length;
    }
  }
  Tensor tokens_, places_;
  std::int64_t batch_;
};

template <class Model, int Threads, int Batch>
void training_step(benchmark::State& state) {
  at::set_num_threads(Threads);
  torch::manual_seed(1);
  Parameters parameters;
  const auto model = peer<Model>(parameters);
  if (parameters.count() != transfix::parameter_count<Model>) {
    state.SkipWithError("the peer has another number of parameters than our model");
    return;
  }
  auto optimizer = parameters.optimizer();
  const std::vector<Tensor> all = parameters.all();
  Examples<Model> examples(Batch);
  const auto step = [&] {
    examples.draw();
    const Tensor loss = torch::cross_entropy_loss(model(examples.input), examples.target);
    optimizer.zero_grad();
    loss.backward();
    torch::nn::utils::clip_grad_norm_(all, 1.0);
    optimizer.step();
    return loss.template item<float>();
  };
  static const double peak = benchmarks::measured_peak(Threads);
  const float first_loss = step();  // makes the optimizer's moments
  for (auto _ : state) benchmark::DoNotOptimize(step());
  constexpr benchmarks::Work work = benchmarks::work_of_an_example<Model>();
  const double examples_done = static_cast<double>(state.iterations() * Batch);
  using benchmark::Counter;
  state.counters["tokens/s"] = Counter(work.tokens * examples_done, Counter::kIsRate);
  state.counters["GFLOP/s"] = Counter(work.operations * examples_done * 1e-9, Counter::kIsRate);
  state.counters["share_of_peak"] = Counter(work.operations * examples_done / peak, Counter::kIsRate);
  state.counters["peak_GFLOP/s"] = peak * 1e-9;
  state.counters["parameters"] = static_cast<double>(parameters.count());
  state.counters["first_loss"] = static_cast<double>(first_loss);
  state.counters["resident_MiB"] = benchmarks::peak_resident_mebibytes();
}

template <class Model, int Batch>
void add(const std::string& name) {
  const auto add_one = [&](const char* threads, auto function) {
    benchmark::RegisterBenchmark((name + threads).c_str(), function)->UseRealTime()->Unit(benchmark::kMillisecond);
  };
  add_one("/1_thread", training_step<Model, 1, Batch>);
  add_one("/2_threads", training_step<Model, 2, Batch>);
}

}  // namespace

int main(int count, char** arguments) {
  using namespace benchmarks;
  add<A, 12>("torch_step/A");
  add<B, 8>("torch_step/B");
  add<C, 4>("torch_step/C");
  add<D, 8>("torch_step/D");
  add<E, 32>("torch_step/E");
  add<F, 32>("torch_step/F");
  add<L, 12>("torch_step/L");
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
