/* 2 A -> B with 1e-6 n(n-1), A -> 0 at 0.1/s, B -> 0 at 0.1/s; starts with 1e6 A. */
#include "random.h"

long long simulate(double end, int points, int trajectories, uint64_t seed, int32_t *counts) {
    static const int change_a[3] = {-2, -1, 0}, change_b[3] = {1, 0, -1};
    long long events = 0;
    seed_random(seed);
    for (int trajectory = 0; trajectory < trajectories; trajectory++) {
        int32_t a = 1000000, b = 0;
        double t = 0;
        for (int point = 0; point < points; point++) {
            double stop = end * point / (points - 1);
            while (a + b > 0) {
                double pairing = 1e-6 * a * (a - 1.0), decay_a = 0.1 * a, total = pairing + decay_a + 0.1 * b;
                t += exponential() / total;
                if (t > stop)
                    break;
                double pick = uniform() * total;
                int reaction = (pick >= pairing) + (pick >= pairing + decay_a);
                a += change_a[reaction];
                b += change_b[reaction];
                events++;
            }
            t = stop;
            *counts++ = a;
            *counts++ = b;
        }
    }
    return events;
}
