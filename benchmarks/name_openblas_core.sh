# SPDX-License-Identifier: MIT
# To be sourced: OpenBLAS, by which the peers multiply, at its best on this CPU. What the environment says of it is for other
# programs: told to be Haswell's, it has half its speed where there is AVX-512. Debian's 0.3.21 takes a CPU that is newer
# than itself for one without AVX, at a fifth of its speed; it is told what the CPU can.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
case $(python3 -c 'import ctypes; library = ctypes.CDLL("libopenblas.so.0")
library.openblas_get_corename.restype = ctypes.c_char_p; print(library.openblas_get_corename().decode())' 2>/dev/null) in
  Prescott | Core2 | Nehalem | Sandybridge)
    if grep -q avx512vl /proc/cpuinfo; then
      export OPENBLAS_CORETYPE=SkylakeX
    elif grep -q avx2 /proc/cpuinfo; then
      export OPENBLAS_CORETYPE=Haswell
    fi ;;
esac
