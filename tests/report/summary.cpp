// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <memory>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/nn/low_rank.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/report/summary.hpp>
#include <transfix/train/trainer.hpp>

using namespace transfix;

namespace {
constexpr models::GptConfig config{
    .vocabulary = 65, .context = 64, .width = 128, .heads = 4, .layers = 4, .bias = false};

/// The numbers at the end of the line that begins so, without their commas; -1 where there is no such line.
Index number(const std::string& table, const std::string& line) {
  const auto place = ("\n" + table).rfind("\n" + line);
  if (place == std::string::npos) return -1;
  const std::string found = table.substr(place, table.find('\n', place) - place);
  Index value = 0;
  for (const char digit : found.substr(found.find_last_of(' ') + 1)) {
    if (digit != ',') value = 10 * value + (digit - '0');
  }
  return value;
}
}  // namespace

TEST_CASE("summary: parameters, layers and costs of a small model, word by word") {
  using Model = models::Gpt<config>;
  const auto model = std::make_unique<Model>();
  const std::string table = report::summary(*model);
  CHECK(table.substr(0, table.find("tape")) ==
        R"(parameter                                       shape                    numbers
token_embedding.weight                          [65, 128]                  8,320
position_embedding.weight                       [64, 128]                  8,192
blocks.0..3.attention_norm.scale                [128]                        512
blocks.0..3.attention.query_key_value.weight    [128, 384]               196,608
blocks.0..3.attention.projection.weight         [128, 128]                65,536
blocks.0..3.feed_forward_norm.scale             [128]                        512
blocks.0..3.feed_forward.up.weight              [128, 512]               262,144
blocks.0..3.feed_forward.down.weight            [512, 128]               262,144
norm.scale                                      [128]                        128
all                                                                      804,096

layer                                           share                    numbers
token_embedding                                 1.0%                       8,320
position_embedding                              1.0%                       8,192
blocks                                          97.9%                    787,456
norm                                            0.0%                         128

trained                                         numbers                  804,096
frozen                                          numbers                        0
)");
  CHECK(number(table, "tape of one example") == Index{sizeof(report::ResultOf<Model>::Tape)});
  const Index flops = report::forward_flops<report::ResultOf<Model>> / 64;
  CHECK(number(table, "forward ") == flops);
  CHECK(number(table, "training ") == 3 * flops);
  CHECK(flops > 2 * (787'456 + 8'320));  // two for each number of a product
  CHECK(flops < 3 * (787'456 + 8'320));
}

TEST_CASE("summary: with a trainer, where the memory of a run goes") {
  using Training = Trainer<models::Gpt<config>, loss::CrossEntropy, optim::AdamW>;
  const Training trainer;
  const std::string table = report::summary<Training>(trainer.model());
  constexpr MemoryOfTraining memory = Training::memory();
  const std::string runs = table.substr(table.find("memory of training"));
  CHECK(number(runs, "parameters ") == memory.parameters);
  CHECK(number(runs, "gradients ") == memory.gradients);
  CHECK(number(runs, "optimizer ") == memory.optimizer);
  CHECK(number(runs, "tape ") == memory.tape);
  CHECK(number(runs, "workspace ") == memory.workspace);
  CHECK(number(runs, "all ") == memory.total());
  for (std::size_t begin = 0, end; (end = table.find('\n', begin)) != std::string::npos; begin = end + 1) {
    CHECK((end == begin || end - begin == 80));  // every line is as long
  }
}

TEST_CASE("summary: what is frozen") {
  using Model = models::Gpt<config, LowRank<8>>;
  const auto model = std::make_unique<Model>();
  const std::string table = report::summary(*model);
  CHECK(number(table, "frozen ") == 804'096);
  CHECK(number(table, "trained ") == trained_count<Model>);
}

TEST_CASE("summary: a layer has parameters, and no input that tells its costs") {
  const auto layer = std::make_unique<nn::Linear<3, 5>>();
  const std::string table = report::summary(*layer);
  CHECK(number(table, "weight ") == 15);
  CHECK(number(table, "all ") == 20);
  CHECK(table.find("FLOPs") == std::string::npos);
}
