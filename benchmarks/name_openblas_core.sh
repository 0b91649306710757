# SPDX-License-Identifier: MIT
# To be sourced: Debian's OpenBLAS 0.3.21 takes a CPU that is newer than itself for one without AVX, and multiplies at a
# fifth of its speed. It is told what the CPU can, so that the peers are at their best.
if [ -z "${OPENBLAS_CORETYPE:-}" ]; then
  case $(python3 -c 'import ctypes; library = ctypes.CDLL("libopenblas.so.0")
library.openblas_get_corename.restype = ctypes.c_char_p; print(library.openblas_get_corename().decode())' 2>/dev/null) in
    Prescott | Core2 | Nehalem | Sandybridge)
      if grep -q avx512vl /proc/cpuinfo; then
        export OPENBLAS_CORETYPE=SkylakeX
      elif grep -q avx2 /proc/cpuinfo; then
        export OPENBLAS_CORETYPE=Haswell
      fi ;;
  esac
fi
