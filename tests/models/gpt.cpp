// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <transfix/core/storage.hpp>
#include <transfix/io/path_text.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/testing.hpp>

using namespace transfix;
using models::Gpt;
using models::GptConfig;

// The published numbers of GPT-2 (Radford et al. 2019; OpenAI's files).
static_assert(parameter_count<Gpt<GptConfig{}>> == 124'439'808);
static_assert(parameter_count<Gpt<GptConfig{.width = 1024, .heads = 16, .layers = 24}>> == 354'823'168);
static_assert(parameter_count<Gpt<GptConfig{.width = 1280, .heads = 20, .layers = 36}>> == 774'030'080);
static_assert(parameter_count<Gpt<GptConfig{.width = 1600, .heads = 25, .layers = 48}>> == 1'557'611'200);

// Without padding a model is its numbers and nothing else.
static_assert(sizeof(Gpt<GptConfig{}>) == 124'439'808 * sizeof(float));

namespace {
/// A model, its gradients, and the loss of one sequence.
template <GptConfig Config>
struct Training {
  using Model = Gpt<Config, double>;
  std::unique_ptr<Model> model = std::make_unique<Model>(), gradients = std::make_unique<Model>();
  std::vector<Token> tokens, targets;
  float dropout = 0;

  Training() {
    Random random(3);
    for_each_parameter(*model, [&](const Path&, auto& parameter) { fill_normal(parameter, random, 0.5); });
    for_each_parameter(*gradients, [&](const Path&, auto& parameter) { fill(parameter, 0); });
    for (Index position = 0; position < Model::context; ++position) {
      tokens.push_back(static_cast<Token>(random.below(Model::vocabulary)));
      targets.push_back(static_cast<Token>(random.below(Model::vocabulary)));
    }
  }

  double run(bool train) {
    constexpr Tokens<Model::context> none{};
    using Root = decltype(loss::CrossEntropy{}(std::as_const(*model)(none), none));
    static Storage tape(Index{sizeof(typename Root::Tape)}), workspace(Root::workspace);
    Context context;
    context.workspace = workspace.data();
    context.gradient_offset = reinterpret_cast<std::byte*>(gradients.get()) - reinterpret_cast<std::byte*>(model.get());
    context.dropout = dropout;
    const Root root = loss::CrossEntropy{}(std::as_const(*model)(Tokens<Model::context>{tokens.data()}),
                                           Tokens<Model::context>{targets.data()});
    auto& on_tape = *reinterpret_cast<typename Root::Tape*>(tape.data());
    return train ? root.train(on_tape, context, 1) : root.evaluate(on_tape, context);
  }

  double gradient_error() {
    run(true);
    testing::detail::Comparison comparison;
    auto* const first = reinterpret_cast<double*>(model.get());
    auto* const first_gradient = reinterpret_cast<double*>(gradients.get());
    for_each_parameter(*model, [&]<class Shape>(const Path&, Parameter<Shape, double>& parameter) {
      const double* gradient = first_gradient + (parameter.data - first);
      comparison.compare({gradient, std::size_t{Shape::size}}, parameter.data, [&] { return run(false); });
    });
    return comparison.worst();
  }
};

constexpr GptConfig small{.vocabulary = 11, .context = 6, .width = 12, .heads = 3, .layers = 2};
}  // namespace

TEST_CASE("gpt: gradients of all parameters, tied") { CHECK(Training<small>().gradient_error() < 1e-6); }

TEST_CASE("gpt: gradients of all parameters, not tied and without bias") {
  constexpr GptConfig config{
      .vocabulary = 11, .context = 5, .width = 8, .heads = 2, .layers = 3, .bias = false, .tied = false};
  CHECK(Training<config>().gradient_error() < 1e-6);
}

TEST_CASE("gpt: gradients of all parameters with dropout") {
  constexpr GptConfig config{.vocabulary = 11, .context = 5, .width = 8, .heads = 2, .layers = 2, .dropout = true};
  Training<config> training;
  const double without = training.run(false);
  training.dropout = 0.2f;
  CHECK(training.run(false) != without);
  CHECK(training.gradient_error() < 1e-6);
}

TEST_CASE("gpt: a new model knows nothing, so its loss is near log(vocabulary)") {
  Training<GptConfig{.vocabulary = 65, .context = 32, .width = 32, .heads = 4, .layers = 3}> training;
  Random random(1);
  initialize(*training.model, random);
  CHECK(training.run(false) / 32 == doctest::Approx(std::log(65.0)).epsilon(0.02));
}

TEST_CASE("gpt: maps that end in the residual stream start smaller") {
  const auto model =
      std::make_unique<Gpt<GptConfig{.vocabulary = 65, .context = 32, .width = 64, .heads = 4, .layers = 8}>>();
  Random random(1);
  initialize(*model, random);
  const auto deviation = [](const auto& parameter) {
    double square = 0;
    for (const float number : parameter.data) square += double{number} * double{number};
    return std::sqrt(square / static_cast<double>(std::size(parameter.data)));
  };
  const auto& block = model->blocks.items[7];
  CHECK(deviation(block.attention.query_key_value.weight) == doctest::Approx(0.02).epsilon(0.05).scale(0));
  CHECK(deviation(block.attention.projection.weight) ==
        doctest::Approx(0.02 / 4).epsilon(0.05).scale(0));  // sqrt(2 * 8)
  CHECK(deviation(block.feed_forward.up.weight) == doctest::Approx(0.02).epsilon(0.05).scale(0));
  CHECK(deviation(block.feed_forward.down.weight) == doctest::Approx(0.02 / 4).epsilon(0.05).scale(0));
  CHECK(deviation(model->token_embedding.weight) == doctest::Approx(0.02).epsilon(0.05).scale(0));
}

TEST_CASE("gpt: parameters are named as in the code") {
  const auto names_of = [](auto config) {
    const auto model = std::make_unique<Gpt<config()>>();
    std::vector<std::string> names;
    for_each_parameter(*model, [&](const Path& path, auto&) { names.push_back(io::detail::written(path)); });
    return names;
  };
  CHECK(names_of([] { return GptConfig{.vocabulary = 11, .context = 6, .width = 12, .heads = 3, .layers = 1}; }) ==
        std::vector<std::string>{"token_embedding.weight", "position_embedding.weight", "blocks.0.attention_norm.scale",
                                 "blocks.0.attention_norm.bias", "blocks.0.attention.query_key_value.weight",
                                 "blocks.0.attention.query_key_value.bias", "blocks.0.attention.projection.weight",
                                 "blocks.0.attention.projection.bias", "blocks.0.feed_forward_norm.scale",
                                 "blocks.0.feed_forward_norm.bias", "blocks.0.feed_forward.up.weight",
                                 "blocks.0.feed_forward.up.bias", "blocks.0.feed_forward.down.weight",
                                 "blocks.0.feed_forward.down.bias", "norm.scale", "norm.bias"});
  const auto bare = names_of([] {
    return GptConfig{
        .vocabulary = 11, .context = 6, .width = 12, .heads = 3, .layers = 12, .bias = false, .tied = false};
  });
  CHECK(bare.size() == 2 + 12 * 6 + 2);
  CHECK(bare[2 + 11 * 6 + 5] == "blocks.11.feed_forward.down.weight");
  CHECK(bare.back() == "head.weight");
}

TEST_CASE("gpt: the tape grows with layers, its type does not") {
  using Two = decltype(std::declval<const Gpt<GptConfig{.vocabulary = 65, .layers = 2}>&>()(Tokens<64>{}));
  using Four = decltype(std::declval<const Gpt<GptConfig{.vocabulary = 65, .layers = 4}>&>()(Tokens<64>{}));
  static_assert(sizeof(Four::Tape) > sizeof(Two::Tape) && sizeof(Four::Tape) < 2 * sizeof(Two::Tape));
  static_assert(Two::close_bytes == Four::close_bytes);
}
