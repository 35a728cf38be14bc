"""One nearest neighbour, by scikit-learn, among mixtures of points with some of their nearest neighbours."""

from sklearn.neighbors import KNeighborsRegressor, NearestNeighbors

import tempered


@tempered.estimator(name="mixup")
def mixup(x, y, at, rng, neighbours, mixtures):
    if neighbours > 0:
        near = NearestNeighbors(n_neighbors=neighbours + 1).fit(x).kneighbors(x, return_distance=False)
        first = rng.integers(len(x), size=mixtures)
        second = near[first, rng.integers(1, neighbours + 1, size=mixtures)]  # place 0 is the point itself
        share = rng.uniform(size=mixtures)
        y = share * y[first] + (1 - share) * y[second]
        x = share[:, None] * x[first] + (1 - share)[:, None] * x[second]
    return KNeighborsRegressor(1).fit(x, y).predict(at)


if __name__ == "__main__":
    tempered.serve()
