// SPDX-License-Identifier: MIT
#include <transfix/generate/generate.hpp>
#include <transfix/io/published/gpt2.hpp>

#include "../expression/values.hpp"
#include "published_files.hpp"

// The numbers that published GPTs compute, on the way and at the end.
using namespace transfix;
namespace fs = std::filesystem;

namespace {
std::string from_base64(const std::string& text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char character : text) {
    const std::size_t digit = digits.find(character);
    if (digit == digits.npos) continue;  // the end is filled with =
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    if ((count += 6) >= 8) bytes += static_cast<char>(bits >> (count -= 8) & 0xFF);
  }
  return bytes;
}

std::vector<float> floats(std::string_view bytes) {
  std::vector<float> numbers(bytes.size() / sizeof(float));
  std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(float));
  return numbers;
}

using Sorter =
    models::Gpt<models::GptConfig{.vocabulary = 3, .context = 11, .width = 48, .heads = 3, .layers = 3, .tied = false}>;

/// The weights of gpt_nano_sort, which are published as JSON, as a file of minGPT's tensors.
std::unique_ptr<Sorter> read_sorter(const fs::path& json) {
  const auto document = published::read_json(json);
  io::detail::TensorsToWrite tensors;
  std::deque<std::string> bytes;
  for (const auto& [name, tensor] : document.items()) {
    if (name == "config") continue;
    bytes.push_back(from_base64(tensor["data"].get<std::string>()));
    tensors.insert({name, "F32", tensor["shape"].dump(), bytes.back()});
  }
  const published::Folder folder;
  io::detail::write_tensors(tensors, folder / "model.safetensors", {});
  auto model = std::make_unique<Sorter>();
  io::load_published<io::MinGpt>(*model, folder / "model.safetensors");
  return model;
}
}  // namespace

TEST_CASE("published values: gpt_nano_sort computes what minGPT does at every step") {
  const auto folder = published::weights("gpt_nano_sort");
  if (folder.empty()) return;
  const auto model = read_sorter(folder / "model.json");
  const auto partials = published::read_json(folder / "partials.json");
  constexpr Index sequences = 3, length = 11, width = 48;
  using Rows = Shape<length, width>;
  const auto published_numbers = [&](const char* name, Index sequence) {
    const auto all = floats(from_base64(partials[name]["data"].get<std::string>()));
    const Index each = std::ssize(all) / (std::string_view(name) == "pos_emb" ? 1 : sequences);
    const auto first = all.begin() + (std::ssize(all) == each ? 0 : sequence * each);
    return std::vector<float>(first, first + each);
  };
  double worst = 0;
  for (Index sequence = 0; sequence < sequences; ++sequence) {
    const auto check = [&](const char* name, std::vector<float> found) {
      CAPTURE(name);
      auto wanted = published_numbers(name, sequence);
      REQUIRE(found.size() == wanted.size());
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (std::isinf(wanted[i])) found[i] = wanted[i] = 0;  // what the causal mask hides
      }
      const double difference = support::largest_difference(found.data(), wanted);
      CHECK(difference < 1e-5);
      worst = std::max(worst, difference);
      return wanted;
    };
    const auto name = []<class Shape>(std::type_identity<Shape>, const std::vector<float>& numbers) {
      return Name<float, Shape>(numbers.data());
    };
    const auto rows = [&](const std::vector<float>& numbers) { return name(std::type_identity<Rows>{}, numbers); };

    const auto ids = published_numbers("idx", sequence);
    const std::vector<Token> ids_as_tokens(ids.begin(), ids.end());
    const Tokens<length> tokens{ids_as_tokens.data()};
    check("tok_emb", support::values([&] { return model->token_embedding(tokens); }));
    check("pos_emb", support::values([&] { return own(model->position_embedding.template rows<length>()); }));
    const auto x = check("x", support::values([&] {
                           return model->token_embedding(tokens) + model->position_embedding.template rows<length>();
                         }));

    const auto& block = model->blocks.items[0];
    const auto norm = check("ln1", support::values([&] { return block.attention_norm(rows(x)); }));
    const auto joined = check("qkv", support::values([&] { return block.attention.query_key_value(rows(norm)); }));
    const auto heads = split_heads<3, 3>(name(std::type_identity<Shape<length, 3 * width>>{}, joined));
    const auto scores = [&] { return scale(matmul(heads[0], transpose(heads[1]))); };
    check("att", support::values(scores));
    check("attSm", support::values([&] { return softmax(mask(scores(), Causal{})); }));
    check("y", support::values([&] { return merge_heads(matmul(softmax(mask(scores(), Causal{})), heads[2])); }));
    check("yProj", support::values([&] { return block.attention(rows(norm)); }));
    const auto sum =
        check("attnResid", support::values([&] { return rows(x) + block.attention(block.attention_norm(rows(x))); }));
    const auto second = check("ln2", support::values([&] { return block.feed_forward_norm(rows(sum)); }));
    check("fc", support::values([&] { return block.feed_forward.up(rows(second)); }));
    check("gelu", support::values([&] { return gelu_tanh(block.feed_forward.up(rows(second))); }));
    check("mlp", support::values([&] { return block.feed_forward(rows(second)); }));
    check("mlpResid", support::values([&] { return block(rows(x)); }));

    auto hidden = x;
    for (Index layer = 0; layer < 3; ++layer) {
      const std::string result = "block" + std::to_string(layer);
      hidden = check(result.c_str(), support::values([&] { return model->blocks.items[layer](rows(hidden)); }));
    }
    check("ln_f", support::values([&] { return model->norm(rows(hidden)); }));
    const auto logits = check("lm_head", support::values([&] { return (*model)(tokens); }));
    check("probs", support::values([&] { return softmax(name(std::type_identity<Shape<length, 3>>{}, logits)); }));
  }
  MESSAGE("largest difference: ", worst);
}

TEST_CASE("published values: gpt_nano_sort sorts") {
  const auto folder = published::weights("gpt_nano_sort");
  if (folder.empty()) return;
  const auto model = read_sorter(folder / "model.json");
  Index sorted = 0, inputs = 0;
  for (Index number = 0; number < 729; ++number, ++inputs) {
    std::vector<Token> digits;
    for (Index rest = number; digits.size() < 6; rest /= 3) digits.push_back(static_cast<Token>(rest % 3));
    const auto written = generate(*model, digits, {.tokens = 6, .temperature = 0});
    std::sort(digits.begin(), digits.end());
    sorted += std::equal(digits.begin(), digits.end(), written.begin() + 6);
  }
  MESSAGE(sorted, " of ", inputs, " inputs sorted");
  CHECK(sorted == inputs);
}

namespace {
using Numbers = std::vector<double>;

/// GPT-2's forward pass by plain loops over the tensors of a file, in double.
class PlainGpt2 {
 public:
  PlainGpt2(const fs::path& path, std::size_t width, std::size_t heads, std::size_t layers)
      : width_(width), heads_(heads), layers_(layers) {
    for (const auto& [name, tensor] : io::read_safetensors(path).tensors) {
      const auto numbers = floats({tensor.bytes.data(), tensor.bytes.size()});
      tensors_[name] = Numbers(numbers.begin(), numbers.end());
    }
  }

  /// The logits of each place.
  std::vector<Numbers> operator()(const std::vector<Token>& tokens) const {
    std::vector<Numbers> x;
    for (std::size_t t = 0; t < tokens.size(); ++t) {
      Numbers row(width_);
      const auto token = static_cast<std::size_t>(tokens[t]);
      for (std::size_t i = 0; i < width_; ++i)
        row[i] = at("wte.weight")[token * width_ + i] + at("wpe.weight")[t * width_ + i];
      x.push_back(row);
    }
    for (std::size_t layer = 0; layer < layers_; ++layer) {
      const std::string h = "h." + std::to_string(layer) + ".";
      const auto attended = attend(x, h);
      for (std::size_t t = 0; t < x.size(); ++t) {
        add(x[t], affine(attended[t], h + "attn.c_proj"));
        auto hidden = affine(norm(x[t], h + "ln_2"), h + "mlp.c_fc");
        for (double& z : hidden)
          z = 0.5 * z * (1 + std::tanh(std::sqrt(2 / 3.14159265358979323846) * (z + 0.044715 * z * z * z)));
        add(x[t], affine(hidden, h + "mlp.c_proj"));
      }
    }
    std::vector<Numbers> logits;
    for (const Numbers& row : x) {
      const auto last = norm(row, "ln_f");
      Numbers scores(at("wte.weight").size() / width_);
      for (std::size_t v = 0; v < scores.size(); ++v) {
        for (std::size_t i = 0; i < width_; ++i) scores[v] += last[i] * at("wte.weight")[v * width_ + i];
      }
      logits.push_back(scores);
    }
    return logits;
  }

 private:
  const Numbers& at(const std::string& name) const { return tensors_.at("transformer." + name); }

  static void add(Numbers& x, const Numbers& more) {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] += more[i];
  }
  Numbers norm(const Numbers& x, const std::string& name) const {
    double mean = 0, variance = 0;
    for (const double number : x) mean += number / static_cast<double>(x.size());
    for (const double number : x) variance += (number - mean) * (number - mean) / static_cast<double>(x.size());
    Numbers y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      y[i] = (x[i] - mean) / std::sqrt(variance + 1e-5) * at(name + ".weight")[i] + at(name + ".bias")[i];
    }
    return y;
  }
  Numbers affine(const Numbers& x, const std::string& name) const {
    Numbers y = at(name + ".bias");
    for (std::size_t i = 0; i < x.size(); ++i) {
      for (std::size_t j = 0; j < y.size(); ++j) y[j] += x[i] * at(name + ".weight")[i * y.size() + j];
    }
    return y;
  }
  std::vector<Numbers> attend(const std::vector<Numbers>& x, const std::string& h) const {
    std::vector<Numbers> joined, results;
    for (const Numbers& row : x) joined.push_back(affine(norm(row, h + "ln_1"), h + "attn.c_attn"));
    const std::size_t size = width_ / heads_;
    for (std::size_t t = 0; t < x.size(); ++t) {
      Numbers result(width_);
      for (std::size_t head = 0; head < heads_; ++head) {
        Numbers weights(t + 1);
        double whole = 0;
        for (std::size_t s = 0; s <= t; ++s) {
          double score = 0;
          for (std::size_t i = head * size; i < (head + 1) * size; ++i) score += joined[t][i] * joined[s][width_ + i];
          whole += weights[s] = std::exp(score / std::sqrt(static_cast<double>(size)));
        }
        for (std::size_t s = 0; s <= t; ++s) {
          for (std::size_t i = head * size; i < (head + 1) * size; ++i) {
            result[i] += weights[s] / whole * joined[s][2 * width_ + i];
          }
        }
      }
      results.push_back(result);
    }
    return results;
  }

  std::size_t width_, heads_, layers_;
  std::map<std::string, Numbers> tensors_;
};
}  // namespace

TEST_CASE("published values: tiny_random_gpt2 has the logits of plain loops") {
  const auto folder = published::weights("tiny_random_gpt2");
  if (folder.empty()) return;
  using Tiny = models::Gpt<models::GptConfig{.vocabulary = 1000, .context = 512, .width = 32, .heads = 4, .layers = 5}>;
  const auto model = std::make_unique<Tiny>();
  io::load_published(*model, folder);
  Random random(1);
  std::vector<Token> tokens(512, 0);
  for (Token& token : tokens) token = static_cast<Token>(random.below(1000));
  const auto found = published::logits(*model, {tokens.data()});
  tokens.resize(40);
  const auto wanted = PlainGpt2(folder / "model.safetensors", 32, 4, 5)(tokens);
  const auto generator = std::make_unique<Generator<Tiny>>(*model);
  double worst = 0;
  for (std::size_t place = 0; place < tokens.size(); ++place) {
    worst = std::max({worst, support::largest_difference(found.data() + place * 1000, wanted[place]),
                      support::largest_difference(generator->read(tokens[place]), wanted[place])});
  }
  MESSAGE("largest difference: ", worst);
  CHECK(worst < 1e-5);
}
