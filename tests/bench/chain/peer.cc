/* SPDX-License-Identifier: Apache-2.0 */
#include "peer.h"

#include <set>
#include <utility>
#include <vector>

struct peer {
	std::vector<double> values;
	std::vector<char> held;
	std::set<std::pair<double, uint32_t>> ordered;
	double sum;
};

peer *
peer_open(uint32_t members)
{
	return new peer{std::vector<double>(members), std::vector<char>(members), {}, 0};
}

void
peer_close(peer *peer)
{
	delete peer;
}

static double
greatest(const peer *peer)
{
	return peer->ordered.empty() ? 0 : peer->ordered.rbegin()->first;
}

double
peer_max(peer *peer, uint32_t member, double value)
{
	double before = greatest(peer);

	if (peer->held[member])
		peer->ordered.erase({peer->values[member], member});
	peer->ordered.insert({value, member});
	peer->values[member] = value;
	peer->held[member] = 1;
	return before + greatest(peer);
}

double
peer_sum(peer *peer, uint32_t member, double value)
{
	double before = peer->sum;

	peer->sum += value - peer->values[member];
	peer->values[member] = value;
	return before + peer->sum;
}
