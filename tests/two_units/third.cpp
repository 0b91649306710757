// And once more for the same instruction set: functions that are not inline would be there twice.
#include "product.hpp"

float product_in_third(const float* a, const float* b) { return last_of_product(a, b); }
