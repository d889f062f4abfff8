"""Machine code of one small network, written out without tables or loops and compiled by LLVM."""
