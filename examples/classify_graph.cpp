// SPDX-License-Identifier: MIT
// A graph attention network tells the subjects of scientific papers from their words and from who cites whom: Cora,
// 2,708 papers, of which the subjects of 140 are known in training. It prints the share of right answers on the 1,000
// papers of the public test split.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <transfix/data/graph.hpp>
#include <transfix/generate/inference.hpp>
#include <transfix/generate/sampling.hpp>
#include <transfix/io/safetensors.hpp>
#include <transfix/models/graph_attention.hpp>
#include <transfix/optim/adam.hpp>
#include <transfix/transfix.hpp>

using namespace transfix;
using data::NodeSplit;

using Model = models::GraphAttention<models::GraphConfig{
    .nodes = 2708, .features = 1433, .classes = 7, .width = 8, .heads = 8, .dropout = true}>;
// Adam with a decay that is part of the gradient, as in the paper.
using Training = Trainer<Model, loss::CrossEntropy, optim::Adam>;

struct Options {
  std::string data, weights, model = "graph.safetensors";
  Index patience = 100;
  optim::Adam optimizer{.learning_rate = 5e-3f, .weight_decay = 5e-4f};
  TrainingSettings training{.steps = 2000, .batch = 1, .clip_norm = 0, .dropout = 0.6f};
};

/// The share of the nodes with a target that the model gives the right class.
double accuracy(const float* logits, const std::vector<Token>& targets) {
  Index right = 0, counted = 0;
  for (std::size_t node = 0; node < targets.size(); ++node) {
    if (targets[node] < 0) continue;
    ++counted;
    right += Sampler<Model::config.classes, float>::likeliest(logits + static_cast<Index>(node) *
                                                                           Model::config.classes) == targets[node];
  }
  return static_cast<double>(right) / static_cast<double>(counted);
}

/// Trains until neither the accuracy nor the loss of the validation nodes has become better for `patience` steps, and
/// keeps the model of the best accuracy, of the lower loss where it is equal.
void train(const data::Graph& graph, const Model::Input& input, const Options& options, Model& best) {
  const data::WholeGraph<Model> training(input, graph.targets(NodeSplit::training));
  const data::WholeGraph<Model> validation(input, graph.targets(NodeSplit::validation));
  const auto targets = graph.targets(NodeSplit::validation);
  Training trainer{options.optimizer, options.training};
  const auto inference = std::make_unique<Inference<Model>>(trainer.model());
  const auto begin = std::chrono::steady_clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); };
  double best_accuracy = 0, best_loss = INFINITY, lowest_loss = INFINITY;
  Index waited = 0, step = 0;
  for (; step < options.training.steps && waited < options.patience; ++step) {
    const double training_loss = trainer.step(training);
    const double loss = trainer.evaluate(validation), share = accuracy((*inference)(input), targets);
    const bool better = share > best_accuracy || (share == best_accuracy && loss < best_loss);
    waited = better || loss < lowest_loss ? 0 : waited + 1;
    lowest_loss = std::min(lowest_loss, loss);
    if (better) {
      best_accuracy = share;
      best_loss = loss;
      best = trainer.model();
    }
    if (step % 50 == 0) {
      std::printf("step %4td  training loss %.3f  validation loss %.3f, %.1f %% right  %.0f s\n", step, training_loss,
                  loss, 100 * share, seconds());
      std::fflush(stdout);
    }
  }
  std::printf("%td steps in %.1f s; best on the validation nodes: %.1f %%\n", step, seconds(), 100 * best_accuracy);
}

void run(const Options& options) {
  const std::filesystem::path folder = options.data;
  const data::Graph read = data::read_graph(folder / "nodes.tsv", folder / "edges.tsv");
  const data::Graph graph = data::reordered(read, data::order_by_neighbours(read));
  if (graph.nodes() != Model::config.nodes || graph.features() > Model::config.features ||
      graph.classes() > Model::config.classes) {
    fail(options.data, ": the graph has ", graph.nodes(), " nodes, ", graph.features(), " features and ",
         graph.classes(), " classes, and the program was built for ", Model::config.nodes, ", ", Model::config.features,
         " and ", Model::config.classes, "; change the GraphConfig in its source");
  }
  const Edges edges = models::edges_of(graph);
  std::printf("%td nodes, %td edges, %td of %td tiles of the matrix of edges to compute\n", graph.nodes(),
              std::ssize(graph.edges), edges.filled_tiles(), edges.all_tiles());
  const Model::Input input(graph, edges);
  const auto model = std::make_unique<Model>();
  if (options.weights.empty()) {
    io::check_writable(options.model);
    train(graph, input, options, *model);
    io::save(*model, options.model);
    std::printf("saved %s\n", options.model.c_str());
  } else {
    models::copy_published(io::read_safetensors(options.weights), *model);
  }
  const auto inference = std::make_unique<Inference<Model>>(*model);
  std::printf("%.1f %% of the test nodes right\n", 100 * accuracy((*inference)(input), graph.targets(NodeSplit::test)));
}

int main(int count, char** arguments) {
  Options options;
  CLI::App application("Trains a graph attention network on a citation graph.");
  application.add_option("--data", options.data, "a folder with nodes.tsv and edges.tsv")->required();
  application.add_option("--weights", options.weights, "the authors' trained weights, to be judged without training");
  application.add_option("--model", options.model, "where the trained model is saved")->capture_default_str();
  application.add_option("--steps", options.training.steps, "steps of training at most")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  application.add_option("--patience", options.patience, "steps without progress before the end")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  application.add_option("--learning-rate", options.optimizer.learning_rate, "of Adam")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  application.add_option("--seed", options.training.seed, "of the first numbers and of dropout")->capture_default_str();
  CLI11_PARSE(application, count, arguments);
  try {
    run(options);
  } catch (const std::exception& error) {
    std::cerr << "classify_graph: " << error.what() << '\n';
    return 1;
  }
}
