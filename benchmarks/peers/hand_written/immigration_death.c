/* 0 -> A at 1000/s, A -> 0 at 1/s; starts with 1000 A. */
#include "random.h"

long long simulate(double end, int points, int trajectories, uint64_t seed, int32_t *counts) {
    long long events = 0;
    seed_random(seed);
    for (int trajectory = 0; trajectory < trajectories; trajectory++) {
        int32_t a = 1000;
        double t = 0;
        for (int point = 0; point < points; point++) {
            double stop = end * point / (points - 1);
            for (;;) {
                double total = 1000.0 + a;
                t += exponential() / total;
                if (t > stop)
                    break;
                a += uniform() * total < 1000.0 ? 1 : -1;
                events++;
            }
            t = stop; /* without memory: the wait that crossed the grid point is drawn anew */
            *counts++ = a;
        }
    }
    return events;
}
