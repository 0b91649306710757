// Everything, for AVX2.
#include <transfix/io/safetensors.hpp>
#include <transfix/testing.hpp>
#include <transfix/text.hpp>
#include <transfix/transfix.hpp>
#include <transfix/xtensor.hpp>

float product_here(const float* a, const float* b) {
  transfix::testing::Pass pass([=] {
    return matmul(transfix::constant<transfix::Shape<2, 3>>(a), transfix::constant<transfix::Shape<3, 2>>(b));
  });
  return pass.forward()[3];
}

float product_there(const float* a, const float* b);

int main() {
  const float a[] = {1, 2, 3, 4, 5, 6}, b[] = {1, 0, 0, 1, 1, 1};
  // The second unit may run on any x86; this one only where AVX2 is.
  if (!__builtin_cpu_supports("avx2")) return product_there(a, b) == 11 ? 0 : 1;
  return product_here(a, b) == 11 && product_there(a, b) == 11 ? 0 : 1;
}
