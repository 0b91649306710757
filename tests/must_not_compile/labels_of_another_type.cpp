// SPDX-License-Identifier: MIT
// expect: the data's targets are not what the loss takes
// expect: target_fits_model
// expect: Values<1
// expect: Tokens<1
#include <transfix/core/values.hpp>
#include <transfix/data/example.hpp>
#include <transfix/models/classifier.hpp>
#include <transfix/transfix.hpp>

using namespace transfix;

using Model = models::TokenClassifier<models::ClassifierConfig{.vocabulary = 100}>;
#ifdef TRANSFIX_CORRECT
using Label = Tokens<1>;
#else
using Label = Values<1>;
#endif

struct Reviews {
  data::Example<Model::Input, Label> first;
  Index size() const { return 1; }
  auto example(Index) const { return first; }
};

void train(const Reviews& reviews) {
  Trainer<Model, loss::CrossEntropy, optim::AdamW> trainer;
  trainer.fit(reviews, reviews);
}
