/* The IP3 microdomain: 5 receptors of 4 De Young-Keizer subunits, 5 SERCA pumps, leak, two calcium pools.
   Subunits are counted together by state; a subunit's state has bit 0 = IP3, bit 1 = activating calcium,
   bit 2 = inhibitory calcium, so 110 is state 3. Exits of a state that need calcium are kept apart from those
   that do not, so the sum of all 24 aggregated transitions is linear in the calcium count; the channel is
   chosen only when a transition fires. */
#include "random.h"

#define CHANNELS 5
#define OMEGA (602.214076 * 0.16572)
#define A1 400.0
#define A2 0.2
#define A3 400.0
#define A4 0.2
#define A5 20.0
#define B1 52.0
#define B2 0.2098
#define B3 377.36
#define B5 1.6468
#define B4 (B1 * B2 / A1 / A2 * A3 / B3 * A4) /* detailed balance: d1 d2 = d3 d4 */
#define IP3 0.2
#define RELEASE (6.0 / CHANNELS)
#define LEAK 0.11
#define RATIO 0.185
#define PUMPING (0.9 * OMEGA / 10)
#define UNBINDING (10 * PUMPING)
#define BINDING ((UNBINDING + PUMPING) / 0.01 / (OMEGA * OMEGA))

long long openings;

long long simulate(double end, int points, int trajectories, uint64_t seed, int32_t *counts) {
    long long events = 0;
    double flip[8][3], free_exit[8], calcium_exit[8];
    openings = 0;
    seed_random(seed);
    for (int s = 0; s < 8; s++) {
        flip[s][0] = s & 1 ? (s & 4 ? B3 : B1) : (s & 4 ? A3 : A1) * IP3;
        flip[s][1] = s & 2 ? B5 : A5 / OMEGA;
        flip[s][2] = s & 4 ? (s & 1 ? B2 : B4) : (s & 1 ? A2 : A4) / OMEGA;
        free_exit[s] = flip[s][0] + (s & 2 ? flip[s][1] : 0) + (s & 4 ? flip[s][2] : 0);
        calcium_exit[s] = (s & 2 ? 0 : flip[s][1]) + (s & 4 ? 0 : flip[s][2]);
    }
    for (int trajectory = 0; trajectory < trajectories; trajectory++) {
        int32_t subunits[CHANNELS][8] = {{0}}, in_state[8] = {4 * CHANNELS};
        int32_t calcium = 3, er = 200, pump = 5, loaded = 0, open = 0;
        double free_sum = 4 * CHANNELS * free_exit[0], calcium_sum = 4 * CHANNELS * calcium_exit[0], t = 0;
        for (int channel = 0; channel < CHANNELS; channel++)
            subunits[channel][0] = 4;
        for (int point = 0; point < points; point++) {
            double stop = end * point / (points - 1);
            for (;;) {
                double bind = calcium * calcium_sum, load = BINDING * calcium * (calcium - 1.0) * pump;
                double unload = (UNBINDING + PUMPING) * loaded;
                double efflux = (LEAK + RELEASE * open) * er, influx = RATIO * (LEAK + RELEASE * open) * calcium;
                double total = free_sum + load + unload + efflux + influx + bind;
                t += exponential() / total;
                if (t > stop)
                    break;
                double pick = uniform() * total;
                events++;
                int state = 0, bit;
                if ((pick -= free_sum) < 0) {
                    pick += free_sum;
                    for (double exit; state < 7 && pick >= (exit = in_state[state] * free_exit[state]); state++)
                        pick -= exit;
                    double one = in_state[state] * flip[state][0];
                    if (in_state[state] == 0)
                        continue; /* rounding at the edge of an empty state */
                    if (pick < one || !(state & 6))
                        bit = 0;
                    else if (state & 2 && (!(state & 4) || pick - one < in_state[state] * flip[state][1]))
                        bit = 1, calcium++;
                    else
                        bit = 2, calcium++;
                } else if ((pick -= load) < 0) {
                    calcium -= 2, pump--, loaded++;
                    continue;
                } else if ((pick -= unload) < 0) {
                    loaded--, pump++;
                    if (pick + PUMPING * loaded + PUMPING < 0)
                        calcium += 2;
                    else
                        er += 2;
                    continue;
                } else if ((pick -= efflux) < 0) {
                    er--, calcium++;
                    continue;
                } else if ((pick -= influx) < 0) {
                    er++, calcium--;
                    continue;
                } else {
                    pick /= calcium;
                    for (double exit; state < 5 && pick >= (exit = in_state[state] * calcium_exit[state]); state++)
                        pick -= exit;
                    if (in_state[state] * calcium == 0)
                        continue;
                    bit = !(state & 2) && (state & 4 || pick < in_state[state] * flip[state][1]) ? 1 : 2;
                    calcium--;
                }
                int next = state ^ (1 << bit), channel = 0;
                int member = (int)(((random_bits() >> 32) * (uint64_t)in_state[state]) >> 32);
                while ((member -= subunits[channel][state]) >= 0)
                    channel++;
                int was_open = subunits[channel][3] >= 3, before = open;
                subunits[channel][state]--;
                subunits[channel][next]++;
                in_state[state]--;
                in_state[next]++;
                open += (subunits[channel][3] >= 3) - was_open;
                openings += before == 0 && open == 1;
                free_sum = calcium_sum = 0;
                for (int s = 0; s < 8; s++) {
                    free_sum += in_state[s] * free_exit[s];
                    calcium_sum += in_state[s] * calcium_exit[s];
                }
            }
            t = stop;
            *counts++ = calcium, *counts++ = er, *counts++ = pump, *counts++ = loaded;
            for (int i = 0; i < 8 * CHANNELS; i++)
                *counts++ = subunits[i / 8][i % 8];
        }
    }
    return events;
}
