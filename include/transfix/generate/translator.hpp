// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <transfix/core/error.hpp>
#include <transfix/core/storage.hpp>
#include <transfix/models/encoder_decoder.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI {

/// Writes with an encoder-decoder: encodes a source once, then reads the target's tokens one by one and gives the
/// logits of the next. Copies share the encoded source.
template <class Model>
class Translator {
 public:
  using Scalar = typename Model::Scalar;
  static constexpr Index vocabulary = Model::vocabulary, width = Model::width;
  static constexpr Index source_context = Model::config.source_context, context = Model::config.target_context;

  /// `source` has 1 .. source_context tokens.
  Translator(const Model& model, std::span<const Token> source) : model_(&model), length_(std::ssize(source)) {
    if (length_ < 1 || length_ > source_context) {
      fail("a source of ", length_, " tokens does not fit the model's .source_context = ", source_context,
           ": truncate it, or use a larger context");
    }
    std::array<Token, static_cast<std::size_t>(source_context)> padded{};
    std::copy(source.begin(), source.end(), padded.begin());
    const auto encoded = own(model.encode(Tokens<source_context>{padded.data()}, KeyPadding{length_}));
    using Encoded = std::remove_const_t<decltype(encoded)>;
    const Storage tape(Index{sizeof(typename Encoded::Tape)}), workspace(Encoded::forward_bytes);
    auto& on_tape = *reinterpret_cast<typename Encoded::Tape*>(tape.data());
    Context pass;
    pass.workspace = workspace.data();
    encoded.forward(on_tape, pass);
    const Scalar* const numbers = encoded.value(on_tape);
    source_ = std::make_shared<const std::vector<Scalar>>(numbers, numbers + source_context * width);
  }

  /// Reads one token of the target and returns the logits of the next one. They last until the next call.
  const Scalar* read(Token token) {
    if (token < 0 || token >= vocabulary) fail("token ", token, " does not fit the model's vocabulary of ", vocabulary);
    if (position_ == context) fail("the target is longer than the model's .target_context = ", context);
    tokens_[static_cast<std::size_t>(position_++)] = token;
    Memory& memory = shared_memory();
    const auto logits = make(*model_, source_->data(), length_, tokens_.data(), position_ - 1);
    Context pass;
    pass.workspace = memory.workspace.data();
    auto& tape = *reinterpret_cast<typename Logits::Tape*>(memory.tape.data());
    logits.forward(tape, pass);
    return logits.value(tape);
  }

  Index position() const { return position_; }

 private:
  // The logits of the token at `place` alone.
  static auto make(const Model& model, const Scalar* source, Index length, const Token* tokens, Index place) {
    return own(
        let(model.decode(Tokens<context>{tokens}, constant<Shape<source_context, width>>(source), KeyPadding{length}),
            [&model, place](auto rows) {
              return matmul(rows.template seen_as<Shape<1, width>>(place * width), transpose(model.embedding.weight));
            }));
  }
  using Logits = decltype(make(std::declval<const Model&>(), nullptr, 0, nullptr, 0));

  // Tape and workspace of a thread's translators: nothing in them outlives a call but the logits.
  struct Memory {
    Storage tape{Index{sizeof(typename Logits::Tape)}};
    Storage workspace{Logits::forward_bytes};
  };
  static Memory& shared_memory() {
    thread_local Memory memory;
    return memory;
  }

  const Model* model_;
  std::shared_ptr<const std::vector<Scalar>> source_;
  Index length_ = 0, position_ = 0;
  std::array<Token, static_cast<std::size_t>(context)> tokens_{};
};

}  // namespace transfix::inline TRANSFIX_ABI
