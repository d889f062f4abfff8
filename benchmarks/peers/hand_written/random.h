/* Random numbers for the hand-written kernels: xoshiro256++ (Blackman & Vigna 2019) and the
   exponential ziggurat with 256 layers (Marsaglia & Tsang 2000). */
#include <math.h>
#include <stdint.h>

static uint64_t rng[4];
static double layer_width[257], layer_scale[256], layer_height[257];
static uint64_t layer_accept[256];
static const double TAIL = 7.69711747013104972;

static inline uint64_t rotate(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

static inline uint64_t random_bits(void) {
    uint64_t result = rotate(rng[0] + rng[3], 23) + rng[0], t = rng[1] << 17;
    rng[2] ^= rng[0];
    rng[3] ^= rng[1];
    rng[1] ^= rng[2];
    rng[0] ^= rng[3];
    rng[2] ^= t;
    rng[3] = rotate(rng[3], 45);
    return result;
}

static inline double uniform(void) { return (double)(int64_t)(random_bits() >> 11) * 0x1p-53; }

static __attribute__((noinline)) double exponential_edge(double x, int i) {
    for (;;) {
        if (i == 0)
            return TAIL - log1p(-uniform());
        if (layer_height[i] + (layer_height[i + 1] - layer_height[i]) * uniform() < exp(-x))
            return x;
        uint64_t bits = random_bits();
        i = bits & 255;
        x = (double)(int64_t)(bits >> 11) * layer_scale[i];
        if (bits >> 11 < layer_accept[i])
            return x;
    }
}

static inline double exponential(void) {
    uint64_t bits = random_bits();
    int i = bits & 255;
    double x = (double)(int64_t)(bits >> 11) * layer_scale[i];
    if (__builtin_expect(bits >> 11 < layer_accept[i], 1))
        return x;
    return exponential_edge(x, i);
}

static void seed_random(uint64_t seed) {
    const double area = 0.0039496598225815571993;
    for (int i = 0; i < 4; i++) { /* splitmix64 */
        uint64_t z = seed += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        rng[i] = z ^ (z >> 31);
    }
    layer_width[0] = area / exp(-TAIL);
    layer_width[1] = TAIL;
    for (int i = 1; i < 256; i++)
        layer_width[i + 1] = i == 255 ? 0 : -log(exp(-layer_width[i]) + area / layer_width[i]);
    for (int i = 0; i < 257; i++)
        layer_height[i] = exp(-layer_width[i]);
    for (int i = 0; i < 256; i++) {
        layer_scale[i] = layer_width[i] * 0x1p-53;
        layer_accept[i] = (uint64_t)(layer_width[i + 1] / layer_width[i] * 0x1p53);
    }
}
