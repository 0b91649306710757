// SPDX-License-Identifier: MIT
// A GPT of our models' shape in PyTorch's C++ interface, and the parts that it shares with the peers of our other
// models. Activations are [context, batch, width], so that the heads of queries, keys and values are views of one
// product's result and no product needs a copy of them.
#pragma once
#include <torch/torch.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "../../models.hpp"

namespace peers {

using torch::Tensor;

/// The numbers of one model, in the order in which they are made.
class Parameters {
 public:
  Tensor normal(std::vector<std::int64_t> shape, double deviation) {
    return kept(torch::randn(shape) * deviation, shape.size() > 1);
  }
  Tensor constant(std::int64_t size, float value) { return kept(torch::full({size}, value), false); }

  std::vector<Tensor> all() const {
    auto both = matrices_;
    both.insert(both.end(), vectors_.begin(), vectors_.end());
    return both;
  }
  std::int64_t count() const {
    std::int64_t sum = 0;
    for (const Tensor& parameter : all()) sum += parameter.numel();
    return sum;
  }
  /// Weight decay belongs to matrices only.
  torch::optim::AdamW optimizer() const {
    const auto options = [](double decay) {
      return std::make_unique<torch::optim::AdamWOptions>(
          torch::optim::AdamWOptions(1e-3).betas({0.9, 0.99}).eps(1e-8).weight_decay(decay));
    };
    std::vector<torch::optim::OptimizerParamGroup> groups;
    groups.emplace_back(matrices_, options(0.1));
    if (!vectors_.empty()) groups.emplace_back(vectors_, options(0));
    return torch::optim::AdamW(std::move(groups), *options(0.1));
  }

 private:
  Tensor kept(Tensor values, bool is_matrix) {
    (is_matrix ? matrices_ : vectors_).push_back(values.requires_grad_());
    return values;
  }
  std::vector<Tensor> matrices_, vectors_;
};

struct Linear {
  Tensor weight, bias;
  Linear(Parameters& make, std::int64_t in, std::int64_t out, double deviation = 0.02)
      : weight(make.normal({out, in}, deviation)), bias(make.constant(out, 0)) {}
  Tensor operator()(const Tensor& x) const { return torch::linear(x, weight, bias); }
};

struct LayerNorm {
  Tensor scale, bias;
  LayerNorm(Parameters& make, std::int64_t width) : scale(make.constant(width, 1)), bias(make.constant(width, 0)) {}
  Tensor operator()(const Tensor& x) const { return torch::layer_norm(x, scale.sizes(), scale, bias); }
};

/// Zeros, and minus infinity above the diagonal: added to the scores of attention.
Tensor causal_mask(std::int64_t context) {
  return torch::full({context, context}, -std::numeric_limits<float>::infinity()).triu(1);
}

/// softmax(query key^T / sqrt(D) + mask) value. query, key, value: [context, batch x heads, D], of any strides; the
/// product takes scale and mask along.
Tensor attend(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& mask) {
  const double scale = 1 / std::sqrt(static_cast<double>(query.size(2)));
  const Tensor by_head = query.transpose(0, 1), keys = key.permute({1, 2, 0});
  const Tensor scores =
      mask.defined() ? torch::baddbmm(mask, by_head, keys, 1, scale) : torch::bmm(by_head, keys).mul_(scale);
  return torch::bmm(scores.softmax(-1), value.transpose(0, 1)).transpose(0, 1);
}

struct SelfAttention {
  std::int64_t heads;
  Linear query_key_value, projection;
  SelfAttention(Parameters& make, std::int64_t width, std::int64_t count)
      : heads(count), query_key_value(make, width, 3 * width), projection(make, width, width) {}
  Tensor operator()(const Tensor& x, const Tensor& mask) const {
    const auto context = x.size(0), batch = x.size(1), width = x.size(2);
    const auto parts = query_key_value(x).view({context, batch * heads, 3, width / heads}).unbind(2);
    return projection(attend(parts[0], parts[1], parts[2], mask).reshape({context, batch, width}));
  }
};

enum class Activation { gelu, relu };

struct FeedForward {
  Activation activation;
  Linear up, down;
  FeedForward(Parameters& make, std::int64_t width, std::int64_t hidden, Activation which)
      : activation(which), up(make, width, hidden), down(make, hidden, width) {}
  Tensor operator()(const Tensor& x) const {
    const Tensor wide = up(x);
    return down(activation == Activation::gelu ? torch::gelu(wide, "tanh") : torch::relu(wide));
  }
};

/// Norms before each part, as in GPT-2.
struct PreNormBlock {
  LayerNorm attention_norm, feed_forward_norm;
  SelfAttention attention;
  FeedForward feed_forward;
  PreNormBlock(Parameters& make, std::int64_t width, std::int64_t heads, std::int64_t hidden)
      : attention_norm(make, width),
        feed_forward_norm(make, width),
        attention(make, width, heads),
        feed_forward(make, width, hidden, Activation::gelu) {}
  Tensor operator()(const Tensor& x, const Tensor& mask) const {
    const Tensor y = x + attention(attention_norm(x), mask);
    return y + feed_forward(feed_forward_norm(y));
  }
};

/// Makes its parameters, and logits [context x batch, vocabulary] from tokens [context, batch].
struct Gpt {
  Tensor tokens, positions, mask;
  std::vector<PreNormBlock> blocks;
  LayerNorm norm;
  Gpt(Parameters& make, const transfix::models::GptConfig& config)
      : tokens(make.normal({config.vocabulary, config.width}, 0.02)),
        positions(make.normal({config.context, 1, config.width}, 0.02)),
        mask(causal_mask(config.context)),
        norm(make, config.width) {
    for (auto i = config.layers; i > 0; --i) blocks.emplace_back(make, config.width, config.heads, 4 * config.width);
  }
  Tensor operator()(const std::vector<Tensor>& input) const {
    Tensor x = torch::embedding(tokens, input[0]) + positions;
    for (const auto& block : blocks) x = block(x, mask);
    return torch::linear(norm(x), tokens).flatten(0, 1);
  }
};

}  // namespace peers
