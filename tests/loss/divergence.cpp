// SPDX-License-Identifier: MIT
#include <limits>
#include <transfix/loss/divergence.hpp>

#include "loss_pass.hpp"

using namespace transfix;

TEST_CASE("distillation: its formula; a row that begins with NaN is left out; the teacher itself costs nothing") {
  auto teacher = support::normal_numbers(3 * 4, 5);
  teacher[4] = std::numeric_limits<double>::quiet_NaN();
  constexpr double temperature = 2.5;
  const loss::Distillation function{.temperature = temperature};
  support::check_loss<Shape<3, 4>>(function, Values<12, double>{teacher.data()}, [&](const double* logits) {
    const auto probability = [](const double* row, int c) {
      double sum = 0;
      for (int i = 0; i < 4; ++i) sum += std::exp(row[i] / temperature);
      return std::exp(row[c] / temperature) / sum;
    };
    double loss = 0;
    for (const int row : {0, 2}) {
      for (int c = 0; c < 4; ++c) {
        const double p = probability(teacher.data() + row * 4, c), q = probability(logits + row * 4, c);
        loss += temperature * temperature * p * std::log(p / q);
      }
    }
    return loss;
  });
  support::LossPass same([&] {
    return function(constant<Shape<1, 4>>(static_cast<const double*>(teacher.data())),
                    Values<4, double>{teacher.data()});
  });
  CHECK(std::abs(same.evaluate()) < 1e-12);
}
