// A program of somebody who uses transfix.
#include <cstdio>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/train/trainer.hpp>

using Model = transfix::models::Gpt<transfix::models::GptConfig{
    .vocabulary = 16, .context = 8, .width = 16, .heads = 2, .layers = 1}>;
using Training = transfix::Trainer<Model, transfix::loss::CrossEntropy, transfix::optim::AdamW>;

int main() {
  const Training training;
  std::printf("%td parameters, %td bytes\n", transfix::parameter_count<Model>, Training::memory().total());
  return training.progress().step == 0 ? 0 : 1;
}
