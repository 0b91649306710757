// Everything, for AVX2 where the CPU is an x86.
#include "product.hpp"

float product_in_second(const float* a, const float* b);
float product_in_third(const float* a, const float* b);

int main() {
  const float a[] = {1, 2, 3, 4, 5, 6}, b[] = {1, 0, 0, 1, 1, 1};
  if (product_in_second(a, b) != 11 || product_in_third(a, b) != 11) return 1;
#ifdef __AVX2__
  if (!__builtin_cpu_supports("avx2")) return 0;
#endif
  return last_of_product(a, b) == 11 ? 0 : 2;
}
