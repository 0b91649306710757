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
    in_shortest_form(Places<source_context>{{padded.data()}, length_}, [&](const auto& form) {
      const auto encoded = own(model.encode(form.tokens, KeyPadding{length_}));
      using Encoded = std::remove_const_t<decltype(encoded)>;
      const Storage tape(Index{sizeof(typename Encoded::Tape)}), workspace(Encoded::forward_bytes);
      auto& on_tape = *reinterpret_cast<typename Encoded::Tape*>(tape.data());
      Context pass;
      pass.workspace = workspace.data();
      encoded.forward(on_tape, pass);
      std::vector<Scalar> numbers(std::size_t{source_context * width});  // rows after those of the form are not seen
      std::copy_n(encoded.value(on_tape), Encoded::Shape::size, numbers.begin());
      source_ = std::make_shared<const std::vector<Scalar>>(std::move(numbers));
    });
  }

  /// Reads one token of the target and returns the logits of the next one. They last until the next call.
  const Scalar* read(Token token) {
    if (token < 0 || token >= vocabulary) fail("token ", token, " does not fit the model's vocabulary of ", vocabulary);
    if (position_ == context) fail("the target is longer than the model's .target_context = ", context);
    tokens_[static_cast<std::size_t>(position_++)] = token;
    Memory& memory = shared_memory();
    // With shorter forms source and target are cut to one length.
    const Places<context> target{{tokens_.data()}, shortest < context ? std::max(position_, length_) : position_};
    return in_shortest_form(target, [&]<class Form>(const Form& form) {
      const auto logits = make(*model_, source_->data(), length_, form.tokens, position_ - 1);
      Context pass;
      pass.workspace = memory.workspace.data();
      auto& tape = *reinterpret_cast<TapeOf<Form>*>(memory.tape.data());
      logits.forward(tape, pass);
      return logits.value(tape);
    });
  }

  Index position() const { return position_; }

 private:
  static constexpr Index shortest = Model::config.shortest > 0 ? Model::config.shortest : context;
  template <Index Context>
  using Places = PaddedTokens<Context, shortest == context ? Context : shortest>;

  // The logits of the token at `place` alone. A source is as long as the target where there are shorter forms.
  template <Index Length>
  static auto make(const Model& model, const Scalar* source, Index length, Tokens<Length> tokens, Index place) {
    constexpr Index source_rows = shortest < context ? Length : source_context;
    return own(let(model.decode(tokens, constant<Shape<source_rows, width>>(source), KeyPadding{length}),
                   [&model, place](auto rows) {
                     return matmul(rows.template seen_as<Shape<1, width>>(place * width),
                                   transpose(model.embedding.weight));
                   }));
  }
  template <class Form>
  using LogitsOf = decltype(make(std::declval<const Model&>(), nullptr, 0, std::declval<Form>().tokens, 0));
  template <class Form>
  using TapeOf = typename LogitsOf<Form>::Tape;

  // Tape and workspace of a thread's translators: nothing in them outlives a call but the logits.
  struct Memory {
    Storage tape{largest_over_forms<Places<context>>([](const auto& form) {
      return std::integral_constant<Index, Index{sizeof(TapeOf<std::remove_cvref_t<decltype(form)>>)}>{};
    })};
    Storage workspace{largest_over_forms<Places<context>>([](const auto& form) {
      return std::integral_constant<Index, LogitsOf<std::remove_cvref_t<decltype(form)>>::forward_bytes>{};
    })};
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
