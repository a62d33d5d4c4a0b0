// SPDX-License-Identifier: GPL-2.0-or-later
#include "forecast.h"

/* Without a measured one, the other kind of make is the best guess. */
static double make_seconds(const struct forecast_place *place)
{
	double first = place->built ? place->incremental : place->clean;
	double second = place->built ? place->clean : place->incremental;

	return first > 0 ? first : second > 0 ? second : -1;
}

double forecast_next(struct forecast_place *place, enum forecast_kind kind)
{
	double make = make_seconds(place);

	if (kind == FORECAST_SAME)
		return place->same;
	/* in an empty object folder everything is made */
	if (kind == FORECAST_UNKNOWN && place->built && make >= 0)
		make = place->share * place->same + (1 - place->share) * make;
	place->built = true;
	return make;
}

void forecast_add(struct forecast *forecast, double seconds)
{
	if (seconds < 0)
		forecast->partial = true;
	else
		forecast->seconds += seconds;
}
