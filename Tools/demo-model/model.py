"""LFM2.5's architecture in PyTorch, small: short convolutions, grouped-query attention, dense and expert layers, tied head.

Rows hold several conversations side by side; `segments` numbers them, and neither operator looks past its own.
Parameter names are those of the GGUF file (see export.py), so that writing one is a plain walk.
"""
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass
class Shape:
    layers: str = "ccacaaca"         # c: short convolution, a: attention
    hidden: int = 256
    heads: int = 4
    kv_heads: int = 2
    dense: int = 768
    dense_layers: int = 2
    experts: int = 8
    expert: int = 256
    used: int = 2
    vocab: int = 3072
    rope: float = 1e6
    eps: float = 1e-5
    taps: int = 3
    context: int = 2048

    dict = asdict


def rotation(shape, positions):
    half = shape.hidden // shape.heads // 2
    angle = positions[..., None].float() * shape.rope ** (-torch.arange(half, device=positions.device) / half)
    return angle.cos(), angle.sin()


def rotate(x, cos, sin):
    a, b = x.float().chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1).to(x.dtype)


class RootMeanSquare(torch.autograd.Function):
    """As F.rms_norm, whose gradient PyTorch computes several times slower on CPUs."""

    @staticmethod
    def forward(ctx, x, weight, eps):
        size = torch.linalg.vector_norm(x, dim=-1, keepdim=True, dtype=torch.float32)
        scale = size.square_().div_(x.shape[-1]).add_(eps).rsqrt_().to(x.dtype)
        even = x * scale
        ctx.save_for_backward(even, scale, weight)
        return even * weight.to(x.dtype)

    @staticmethod
    def backward(ctx, given):
        even, scale, weight = ctx.saved_tensors
        w, product = weight.to(given.dtype), given * even
        mean = (product @ w[:, None]) / even.shape[-1]
        return (given * w - even * mean) * scale, product.flatten(0, -2).sum(0, dtype=torch.float32), None


class Norm(nn.Module):
    def __init__(self, size, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(size)), eps

    def forward(self, x):
        return RootMeanSquare.apply(x, self.weight, self.eps)


def matrix(rows, columns, scale=1.0):
    return nn.Parameter(torch.randn(rows, columns) * scale * columns ** -0.5)


class ShortConv(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.in_proj = matrix(3 * s.hidden, s.hidden)
        self.out_proj = matrix(s.hidden, s.hidden, 0.3)
        self.conv = nn.Parameter(torch.randn(s.hidden, s.taps) * 0.3 + torch.tensor([0.0] * (s.taps - 1) + [1.0]))

    def forward(self, u, scene, past=None):
        b, c, x = F.linear(u, self.in_proj.to(u.dtype)).chunk(3, -1)
        z = b * x
        k = self.conv.to(u.dtype)
        length, taps = z.shape[1], k.shape[1]
        if past:
            z = torch.cat([past["z"], z], 1)
        else:
            z = F.pad(z, (0, 0, taps - 1, 0))
        if past is not None:
            past["z"] = z[:, 1 - taps :]
        y = k[:, -1] * z[:, taps - 1 :]
        for back in range(1, taps):
            earlier = z[:, taps - 1 - back : taps - 1 - back + length]
            y = y + k[:, taps - 1 - back] * (earlier if scene["same"] is None else earlier * scene["same"][back - 1])
        return F.linear(c * y, self.out_proj.to(u.dtype))


class Attention(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.shape = s
        head = s.hidden // s.heads
        self.q, self.k, self.v = matrix(s.hidden, s.hidden), matrix(s.kv_heads * head, s.hidden), matrix(s.kv_heads * head, s.hidden)
        self.output = matrix(s.hidden, s.hidden, 0.3)
        self.q_norm, self.k_norm = Norm(head, s.eps), Norm(head, s.eps)

    def forward(self, u, scene, past=None):
        s, (rows, length, _) = self.shape, u.shape
        q, k, v = F.linear(u, torch.cat([self.q, self.k, self.v]).to(u.dtype)).split([self.q.shape[0], self.k.shape[0], self.v.shape[0]], -1)
        q = rotate(self.q_norm(q.view(rows, length, s.heads, -1)), *scene["rotation"]).transpose(1, 2)
        k = rotate(self.k_norm(k.view(rows, length, s.kv_heads, -1)), *scene["rotation"]).transpose(1, 2)
        v = v.view(rows, length, s.kv_heads, -1).transpose(1, 2)
        if past:
            k, v = torch.cat([past["k"], k], 2), torch.cat([past["v"], v], 2)
        if past is not None:
            past["k"], past["v"] = k, v
        group = s.heads // s.kv_heads
        k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=scene["mask"])
        return F.linear(mixed.transpose(1, 2).reshape(rows, length, -1), self.output.to(u.dtype))


class Dense(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.gate, self.up, self.down = matrix(s.dense, s.hidden), matrix(s.dense, s.hidden), matrix(s.hidden, s.dense, 0.3)

    def forward(self, v):
        a, b = F.linear(v, torch.cat([self.gate, self.up]).to(v.dtype)).chunk(2, -1)
        return F.linear(F.silu(a) * b, self.down.to(v.dtype))


class Experts(nn.Module):
    """Sigmoid router; the bias moves the choice only, and is moved towards an even load instead of by a gradient."""

    def __init__(self, s):
        super().__init__()
        self.used = s.used
        self.router = matrix(s.experts, s.hidden, 0.5)
        self.register_buffer("bias", torch.zeros(s.experts))
        self.register_buffer("load", torch.zeros(s.experts), persistent=False)
        stack = lambda rows, columns, scale=1.0: nn.Parameter(torch.randn(s.experts, rows, columns) * scale * columns ** -0.5)
        self.gate, self.up = stack(s.expert, s.hidden), stack(s.expert, s.hidden)
        self.down = stack(s.hidden, s.expert, 0.3)

    def forward(self, v):
        flat = v.reshape(-1, v.shape[-1])
        score = torch.sigmoid(flat.float() @ self.router.t())
        chosen = (score.detach() + self.bias).topk(self.used, -1).indices
        weight = score.gather(1, chosen)
        weight = weight / (weight.sum(-1, keepdim=True) + 1e-6)
        expert, order = chosen.flatten().sort()
        token = order // self.used
        counts = torch.bincount(expert, minlength=len(self.bias))
        if self.training:
            self.load += counts
        gathered = flat[token]
        inner = torch.cat([self.gate, self.up], 1).to(v.dtype)
        down = self.down.to(v.dtype)
        done = []
        for e, part in enumerate(gathered.split(counts.tolist())):
            a, b = F.linear(part, inner[e]).chunk(2, -1)
            done.append(F.linear(F.silu(a) * b, down[e]))
        out = torch.cat(done) * weight.flatten()[order].to(v.dtype)[:, None]
        return torch.zeros_like(flat).index_add_(0, token, out).view_as(v)

    @torch.no_grad()
    def balance(self, rate):
        if self.load.sum() > 0:
            self.bias += rate * torch.sign(self.load.mean() - self.load)
            self.bias -= self.bias.mean()
            self.load.zero_()


class Block(nn.Module):
    def __init__(self, s, i):
        super().__init__()
        self.operator_norm, self.ffn_norm = Norm(s.hidden, s.eps), Norm(s.hidden, s.eps)
        self.operator = Attention(s) if s.layers[i] == "a" else ShortConv(s)
        self.ffn = Dense(s) if i < s.dense_layers else Experts(s)

    def forward(self, h, scene, past=None):
        h = h + self.operator(self.operator_norm(h), scene, past)
        return h + self.ffn(self.ffn_norm(h))


class Model(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.embed = nn.Parameter(torch.randn(shape.vocab, shape.hidden) * 0.02)
        self.blocks = nn.ModuleList(Block(shape, i) for i in range(len(shape.layers)))
        self.norm = Norm(shape.hidden, shape.eps)

    def continued(self, ids, past):
        """Hidden states of one more token (or of the first ones); `past` is a list, empty at first, of what to remember."""
        if not past:
            past.extend([{} for _ in self.blocks] + [0])
            mask = torch.ones(ids.shape[1], ids.shape[1], dtype=torch.bool).tril()
        else:
            assert ids.shape[1] == 1
            mask = None
        cos, sin = rotation(self.shape, torch.arange(past[-1], past[-1] + ids.shape[1])[None])
        past[-1] += ids.shape[1]
        h = F.embedding(ids, self.embed)
        for block, own in zip(self.blocks, past):
            h = block(h, {"same": None, "rotation": (cos[:, :, None], sin[:, :, None]), "mask": mask}, own)
        return self.norm(h)

    def forward(self, ids, segments=None, dtype=torch.float32):
        """Hidden states before the head."""
        h = F.embedding(ids, self.embed).to(dtype)
        length = ids.shape[1]
        steps = torch.arange(length, device=ids.device)
        if segments is None:
            segments = torch.zeros_like(ids)
        new = torch.ones_like(ids, dtype=torch.bool)
        new[:, 1:] = segments[:, 1:] != segments[:, :-1]
        start = torch.cummax(torch.where(new, steps, 0), 1).values
        same = [F.pad(segments[:, back:] == segments[:, :-back], (back, 0))[..., None].to(dtype) for back in range(1, self.shape.taps)]
        cos, sin = rotation(self.shape, steps - start)
        mask = (segments[:, :, None] == segments[:, None, :]) & (steps[:, None] >= steps)
        scene = {"same": same, "rotation": (cos[:, :, None], sin[:, :, None]), "mask": mask[:, None]}
        for block in self.blocks:
            h = block(h, scene)
        return self.norm(h)

    def logits(self, hidden):
        return F.linear(hidden, self.embed.to(hidden.dtype))


def sizes(model):
    s = model.shape
    total = sum(p.numel() for p in model.parameters())
    unused = sum((s.experts - s.used) * 3 * s.hidden * s.expert for i in range(len(s.layers)) if i >= s.dense_layers)
    return total, total - unused
