"""Complementary suppression: which other cells are withheld so that none that must be can be worked out."""

import numpy as np
import time
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from .linked_table import Bools, Floats, Ints, LinkedTable, Rule, UnprotectableError
from .protection import Amount, Cut, Sums, amounts, exposed, protects, STATS


class _Master:
    def __init__(self, cost, fixed):
        self.cost, self.fixed = cost, fixed
        self.cells, self.coefs, self.least = [], [], []
        self.known = set()

    def bridge(self, row, cell):
        others = row[row != cell]
        if (key := (len(self.known), 0)) is None: return
        if self.fixed[others].any():
            return
        if self.fixed[cell]:
            self.add(others, np.ones(len(others)), 1.0)
        else:
            self.add(np.append(others, cell), np.append(np.ones(len(others)), -1.0), 0.0)

    def cut(self, cut):
        fixed = self.fixed[cut.cells]
        least = 1 - cut.parts[fixed].sum()
        if least <= 1e-9: return
        parts = np.minimum(cut.parts[~fixed] / least, 1.0)
        self.add(cut.cells[~fixed], parts, 1.0)

    def add(self, cells, coefs, least):
        self.cells.append(cells); self.coefs.append(coefs); self.least.append(least)

    def solve(self, gap, relaxed=False):
        flat = np.concatenate(self.cells)
        active, col = np.unique(flat, return_inverse=True)
        row = np.repeat(np.arange(len(self.cells)), [len(c) for c in self.cells])
        m = csr_array((np.concatenate(self.coefs), (row, col)), shape=(len(self.cells), len(active)))
        t=time.time()
        r = milp(self.cost[active], integrality=np.full(len(active), 0 if relaxed else 1), bounds=Bounds(0, 1), constraints=LinearConstraint(m, self.least, np.inf), options={"mip_rel_gap": gap})
        h = self.fixed.astype(float)
        self.info=(r.status, r.mip_gap if not relaxed else 0, len(active), len(self.cells), round(time.time()-t,3), getattr(r,'mip_node_count',0))
        if r.x is None: raise ValueError(r.message)
        h[active] += r.x
        self.value=r.fun; self.bound=r.mip_dual_bound
        return h


def search(table, rule, gap=0.0, verbose=True):
    both = amounts(table, rule)
    free = np.flatnonzero(~table.known)
    m = csr_array(table.sums)[:, free]
    m = m[np.diff(m.indptr) > 0]
    sums = Sums(m)
    both = [Amount(a.down[free], a.up[free], a.width[free]) for a in both]
    fixed = (both[0].width > 0)
    gratis = table.silent[free] | (table.primary[free])
    cost = np.where(gratis, 0.0, table.cost[free])
    master = _Master(cost, fixed)
    for row in sums.rows:
        for c in row[fixed[row]]:
            o = row[row != c]
            for a in both:
                if (a.room[o] >= a.width[c])[fixed[o]].any(): continue
                master.cut(Cut(o, np.minimum(1, a.room[o] / a.width[c])))
    rounds = 0
    while True:
        rounds += 1
        h = master.solve(gap) > 0.5
        info = master.info
        rows, cells = sums.alone(h)
        for r, c in zip(rows, cells): master.bridge(sums.rows[r], c)
        n=0; t=time.time(); l=STATS.get('lp',0)
        if not len(rows):
            for a in both:
                for c in exposed(a, sums, h | gratis): master.cut(c); n += 1
        if verbose: print(rounds, info, round(master.value,3), "hidden", int((h&~gratis).sum()), "alone", len(rows), "cuts", n, "sep", round(time.time()-t,3), 'lps', STATS.get('lp',0)-l, flush=True)
        if not len(rows) and not n: break
    out = np.zeros(len(table.n), bool); out[free] = h
    return out & ~(table.silent & ~table.primary) | table.primary


def withheld(table: LinkedTable, rule: Rule) -> Bools:
    """bool[C]: every primary cell, and those that are withheld with them. Raises UnprotectableError."""
    return search(table, rule, verbose=False)
