// Everything again, for the plain instruction set.
#include "product.hpp"

float product_in_second(const float* a, const float* b) { return last_of_product(a, b); }
