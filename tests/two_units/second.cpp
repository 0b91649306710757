// Everything again, for the plain instruction set.
#include <transfix/io/safetensors.hpp>
#include <transfix/testing.hpp>
#include <transfix/text.hpp>
#include <transfix/transfix.hpp>
#include <transfix/xtensor.hpp>

float product_there(const float* a, const float* b) {
  transfix::testing::Pass pass([=] {
    return matmul(transfix::constant<transfix::Shape<2, 3>>(a), transfix::constant<transfix::Shape<3, 2>>(b));
  });
  return pass.forward()[3];
}
