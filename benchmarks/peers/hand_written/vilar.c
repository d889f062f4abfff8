/* The genetic oscillator of Vilar et al. 2002: 9 species, 16 reactions.
   Reactions are grouped by what drives them; one branch finds the group, a second the member. */
#include "random.h"

long long simulate(double end, int points, int trajectories, uint64_t seed, int32_t *counts) {
    long long events = 0;
    seed_random(seed);
    for (int trajectory = 0; trajectory < trajectories; trajectory++) {
        int32_t da = 1, dr = 1, dpa = 0, dpr = 0, ma = 0, mr = 0, a = 0, r = 0, c = 0;
        double genes = 50 * da + 500 * dpa + 0.01 * dr + 50 * dpr + 50 * dpa + 100 * dpr;
        double t = 0;
        for (int point = 0; point < points; point++) {
            double stop = end * point / (points - 1);
            for (;;) {
                double activator = a * (1.0 * da + 1.0 * dr + 1.0 + 2.0 * r); /* reactions that consume A */
                double messengers = 60.0 * ma + 5.5 * mr;
                double decays = 1.0 * c + 0.2 * r;
                double total = activator + messengers + decays + genes;
                t += exponential() / total;
                if (t > stop)
                    break;
                double pick = uniform() * total;
                events++;
                if ((pick -= activator) < 0) {
                    pick += 2.0 * a * r;
                    if (pick >= 0) {
                        a--, r--, c++;
                        continue;
                    }
                    pick += 1.0 * a;
                    a--;
                    if (pick >= 0)
                        continue;
                    if (pick + 1.0 * (a + 1) * da >= 0)
                        da--, dpa++;
                    else
                        dr--, dpr++;
                } else if ((pick -= messengers) < 0) {
                    if ((pick += 50.0 * ma) >= 0)
                        a++;
                    else if ((pick += 10.0 * ma) >= 0)
                        ma--;
                    else if ((pick += 5.0 * mr) >= 0)
                        r++;
                    else
                        mr--;
                    continue;
                } else if ((pick -= decays) < 0) {
                    if (pick + 1.0 * c >= 0)
                        c--, r++;
                    else
                        r--;
                    continue;
                } else {
                    if ((pick -= 50 * da + 500 * dpa) < 0) {
                        ma++;
                        continue;
                    }
                    if ((pick -= 0.01 * dr + 50 * dpr) < 0) {
                        mr++;
                        continue;
                    }
                    a++;
                    if (pick - 50 * dpa < 0)
                        da++, dpa--;
                    else
                        dr++, dpr--;
                }
                genes = 50 * da + 500 * dpa + 0.01 * dr + 50 * dpr + 50 * dpa + 100 * dpr;
            }
            t = stop;
            int32_t state[9] = {da, dr, dpa, dpr, ma, mr, a, r, c};
            for (int i = 0; i < 9; i++)
                *counts++ = state[i];
        }
    }
    return events;
}
