/* 2 A <-> B: 0.01 n(n-1) forward, 0.2/s back; starts with 100 A. */
#include "random.h"

long long simulate(double end, int points, int trajectories, uint64_t seed, int32_t *counts) {
    long long events = 0;
    seed_random(seed);
    for (int trajectory = 0; trajectory < trajectories; trajectory++) {
        int32_t a = 100, b = 0;
        double forward = 0.01 * a * (a - 1.0), total = forward;
        double next = exponential() / total;
        for (int point = 0; point < points; point++) {
            double stop = end * point / (points - 1);
            while (next <= stop) {
                int sign = uniform() * total < forward ? 1 : -1;
                a -= 2 * sign;
                b += sign;
                events++;
                forward = 0.01 * a * (a - 1.0);
                total = forward + 0.2 * b;
                next += exponential() / total;
            }
            *counts++ = a;
            *counts++ = b;
        }
    }
    return events;
}
