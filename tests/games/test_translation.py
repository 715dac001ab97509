"""Games of translation: who moves, what each pays, what is kept for whom, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from tests.games.small import CASES, engine_of, recipe_of, resumed
from tests.play.arena import Journal, same, snapshot

from sparring.games import GAMES
from sparring.games.cycle import CycleSettings
from sparring.games.domains import DomainsSettings
from sparring.games.drawing import DrawingSettings
from sparring.games.enhancing import EnhancingSettings
from sparring.games.kindred import anyone, kindred
from sparring.games.onesided import OnesidedSettings
from sparring.games.paired import PairedSettings
from sparring.games.styled_pairs import StyledPairsSettings
from sparring.games.styles import StylesSettings
from sparring.layers.adalin import LayerInstanceNorm
from sparring.play.engine import Engine
from sparring.play.game import Batch, Clock
from sparring.play.rules import Rules
from sparring.recipes.assemble import assemble
from sparring.settings import from_json, to_json
from sparring.techniques.ada import Ada
from sparring.techniques.drawn import grayed, smoothed
from sparring.techniques.drawn_terms import Drawn
from sparring.techniques.likeness_terms import Likeness
from sparring.techniques.settings import Techniques

GAMES_OF_IMAGES = (
    "paired",
    "cycle",
    "attention",
    "onesided",
    "domains",
    "many styles",
    "drawing",
    "styled pairs",
    "enhancing",
)


def playing(case: str, rules: Rules = Rules("least_squares"), **more: Any) -> Engine:  # noqa: B008 - frozen
    torch.manual_seed(0)
    return engine_of(case, "", recipe_of(case, "", rules, **more))


@pytest.mark.parametrize("case", GAMES_OF_IMAGES)
def test_only_those_who_act_move(case: str) -> None:
    engine = playing(case)
    chunks = engine.draw()
    for turn in engine.stages[0].turns:
        players = engine.game.players()
        before = {name: [p.clone() for p in player.parameters()] for name, player in players.items()}
        engine.step(turn, engine.gradients(turn, chunks))
        moved = {
            name
            for name, player in players.items()
            if any(not torch.equal(p, old) for p, old in zip(player.parameters(), before[name], strict=True))
        }
        assert moved == set(turn.players)


@pytest.mark.parametrize("case", GAMES_OF_IMAGES)
def test_resuming_is_exact_and_past_fakes_come_along(case: str) -> None:
    recipe = recipe_of(
        case,
        "",
        Rules("hinge", r1=0.1, lazy=2),
        Techniques(replay=0 if case in ("many styles", "enhancing") else 6),
        rounds=4,
    )
    whole, second = resumed(case, "", recipe, 3)
    assert same(snapshot(whole.game), snapshot(second.game))


@pytest.mark.parametrize("case", GAMES_OF_IMAGES)
def test_settings_are_read_back_and_name_their_game(case: str) -> None:
    settings = CASES[case].game
    assert GAMES[settings.kind] is type(settings)
    assert from_json(type(settings), to_json(settings)) == settings


def test_the_critic_of_pairs_sees_the_source_beside_the_image() -> None:
    game = playing("paired").game
    seen: list[torch.Tensor] = []
    game.critic.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    batch = Batch(source=torch.randn(4, 2, 8, 8), image=torch.randn(4, 3, 8, 8))
    scene = game.scene(batch, Clock())
    assert torch.equal(scene.real, torch.cat([batch.source, batch.image], 1))
    assert torch.equal(scene.fake[:, :2], batch.source)
    assert not scene.fake.requires_grad
    game.generator_loss(batch, Clock())
    assert torch.equal(seen[-1][:, :2], batch.source)
    plain = playing("paired", game=PairedSettings(source_channels=2, conditional=False))
    assert plain.game.scene(batch, Clock()).real.shape == batch.image.shape


def test_pairs_pay_what_they_owe() -> None:
    likeness = Likeness(pixel=7.0, total_variation=2.0)
    rules = Rules("least_squares", matching=10.0)
    game = playing("paired", rules, game=PairedSettings(2, adversarial=2.0, likeness=likeness)).game
    game.generator.eval()
    for part in game.generator.modules():
        if isinstance(part, torch.nn.Module) and type(part).__name__ == "LastingDropout":
            part.share = 0.0
    batch = Batch(source=torch.randn(4, 2, 8, 8), image=torch.rand(4, 3, 8, 8))
    terms = game.generator_loss(batch, Clock())
    assert set(terms) == {"adversarial", "matching", "pixel", "total_variation"}
    fake = game.generator(batch.source)
    torch.testing.assert_close(terms["pixel"], 7 * F.l1_loss(fake, batch.image))
    real, made = (game.critic(torch.cat([batch.source, image], 1)) for image in (batch.image, fake))
    torch.testing.assert_close(terms["adversarial"], (made.logits[0] - 1).square().mean())
    expected = 10 * sum(F.l1_loss(f, r) for f, r in zip(made.features, real.features, strict=True))
    torch.testing.assert_close(terms["matching"], expected)
    twin = Batch(source=batch.source, image=fake.detach())
    assert game.generator_loss(twin, Clock())["matching"].item() == pytest.approx(0, abs=1e-5)


def test_the_translator_learns_from_the_fake_that_the_critic_saw() -> None:
    engine = playing("paired")
    calls: list[int] = []
    engine.game.generator.register_forward_hook(lambda *_: calls.append(1))
    engine.run(1)
    assert len(calls) == 1


def test_a_warm_up_is_without_the_critic() -> None:
    journal = Journal()
    recipe = recipe_of("paired", game=PairedSettings(2, warmup_rounds=2), rounds=3)
    engine = engine_of("paired", "", recipe, watchers=[journal])
    engine.run()
    assert [title for title, _ in journal.turns] == ["generator", "generator", "critic", "generator"]
    assert "adversarial" not in journal.turns[0][1]
    assert "pixel" in journal.turns[0][1]


def test_cycles_pay_both_ways_and_identity_is_that_of_the_wanted_domain() -> None:
    game = playing("cycle", game=CycleSettings(cycle=10.0, identity=5.0)).game
    batch = Batch(source=torch.randn(4, 3, 8, 8), image=torch.randn(4, 3, 8, 8))
    terms = game.translators_loss(batch, Clock())
    assert set(terms) == {"adversarial", "critic_inverse/adversarial", "cycle", "identity"}
    there, back = game.generator, game.inverse
    cycle = F.l1_loss(back(there(batch.source)), batch.source) + F.l1_loss(there(back(batch.image)), batch.image)
    identity = F.l1_loss(there(batch.image), batch.image) + F.l1_loss(back(batch.source), batch.source)
    torch.testing.assert_close(terms["cycle"], 10 * cycle)
    torch.testing.assert_close(terms["identity"], 5 * identity)
    assert torch.equal(batch.memo["fake"], there(batch.source))
    judged, inverse = game.scene(batch, Clock()), game.scene_inverse(batch, Clock())
    assert torch.equal(judged.real, batch.image)
    assert torch.equal(inverse.real, batch.source)
    assert torch.equal(inverse.fake, back(batch.image))


def test_exchanged_domains_exchange_the_losses() -> None:
    game, mirror = playing("cycle").game, playing("cycle").game
    for one, other in (("generator", "inverse"), ("critic", "critic_inverse")):
        mirror.get_submodule(one).load_state_dict(game.get_submodule(other).state_dict())
        mirror.get_submodule(other).load_state_dict(game.get_submodule(one).state_dict())
    a, b = torch.randn(4, 3, 8, 8), torch.randn(4, 3, 8, 8)
    terms = game.translators_loss(Batch(source=a, image=b), Clock())
    mirrored = mirror.translators_loss(Batch(source=b, image=a), Clock())
    torch.testing.assert_close(terms["adversarial"], mirrored["critic_inverse/adversarial"])
    torch.testing.assert_close(terms["cycle"], mirrored["cycle"])


def test_attention_tells_the_domains_apart_and_shares_stay_in_bounds() -> None:
    engine = playing("attention", game=CycleSettings(attention=1000.0))
    game = engine.game
    for part in game.modules():
        if isinstance(part, LayerInstanceNorm):
            part.rho.data.fill_(3.0)
    batch = engine.draw()[0]
    terms = game.translators_loss(batch, Clock())
    told = 0.0
    for network, foreign, own in (
        (game.generator, batch.source, batch.image),
        (game.inverse, batch.image, batch.source),
    ):
        logits, home = network.attended(foreign)[1], network.attended(own)[1]
        told += F.binary_cross_entropy_with_logits(logits, torch.ones_like(logits))
        told += F.binary_cross_entropy_with_logits(home, torch.zeros_like(home))
    torch.testing.assert_close(terms["attention"], 1000 * told)
    engine.run(1)
    assert all(part.rho.max() <= 1 for part in game.modules() if isinstance(part, LayerInstanceNorm))


def test_one_way_compares_patches_of_source_and_of_the_wanted_domain() -> None:
    game = playing("onesided", game=OnesidedSettings(patches=16)).game
    batch = Batch(source=torch.randn(4, 3, 8, 8), image=torch.randn(4, 3, 8, 8))
    assert set(game.generator_loss(batch, Clock())) == {"adversarial", "contrast", "identity"}
    fast = playing("onesided", game=OnesidedSettings(contrast=10.0, identity=False, flip=True, patches=16)).game
    assert set(fast.generator_loss(batch, Clock())) == {"adversarial", "contrast"}
    assert set(game.players()) == {"generator", "heads", "critic"}


def test_some_sources_are_mirrored_before_they_are_translated() -> None:
    game = playing("onesided", game=OnesidedSettings(flip=True)).game
    seen: list[torch.Tensor] = []
    game.generator.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    batch = Batch(source=torch.randn(32, 3, 8, 8), image=torch.randn(32, 3, 8, 8))
    game.fakes(batch)
    flipped = batch.memo["flipped"]
    assert 4 < flipped.sum() < 28
    assert torch.equal(seen[0][flipped], batch.source[flipped].flip(3))
    assert torch.equal(seen[0][~flipped], batch.source[~flipped])


def test_domains_ask_for_one_domain_and_come_back_to_their_own() -> None:
    engine = playing("domains", Rules("wasserstein", gp=10.0))
    game, batch = engine.game, engine.draw()[0]
    asked: list[torch.Tensor] = []
    game.generator.register_forward_pre_hook(lambda module, inputs: asked.append(inputs[1]))
    terms = game.generator_loss(batch, Clock())
    assert set(terms) == {"adversarial", "classes", "cycle"}
    assert torch.equal(asked[1], batch.label)
    verdict = game.critic(game.generator(batch.image, asked[0]))
    torch.testing.assert_close(terms["classes"], F.cross_entropy(verdict.classes, asked[0]))
    journal = Journal()
    engine = engine_of("domains", "", recipe_of("domains", "", Rules("wasserstein", gp=10.0)), watchers=[journal])
    engine.run(1)
    assert [title for title, _ in journal.turns] == ["critic", "critic", "generator"]
    assert {"gp", "classes"} <= set(journal.turns[0][1])


def test_styles_are_learned_from_noise_by_all_and_from_images_by_the_translator_alone() -> None:
    journal = Journal()
    recipe = recipe_of("many styles", "", Rules(r1=1.0), rounds=4)
    engine = engine_of("many styles", "", recipe, watchers=[journal])
    engine.run()
    titles = ["critic", "critic, seen", "generator+mapping+encoder", "generator"]
    assert [title for title, _ in journal.turns] == 4 * titles
    assert "r1" in journal.turns[0][1]
    assert {"adversarial", "style", "diversity", "cycle"} <= set(journal.turns[2][1])
    falling = [-readings["diversity"] for _, readings in journal.turns if "diversity" in readings]
    assert len(falling) == 6  # at the end of the run it is 0
    game, batch = engine.game, engine.draw()[0]
    loss, total = game.stages()[0].turns[3].loss, Clock(total=100)
    torch.manual_seed(0)
    whole = loss(batch, total)
    torch.manual_seed(0)
    half = loss(batch, Clock(images=50, total=100))
    torch.testing.assert_close(half["diversity"], whole["diversity"] / 2)
    assert "diversity" not in loss(batch, Clock(images=100, total=100))


def test_the_critic_of_drawings_is_shown_what_they_are_not() -> None:
    game = playing("drawing").game
    batch = Batch(source=torch.rand(2, 3, 16, 16) * 2 - 1, image=torch.rand(2, 3, 16, 16) * 2 - 1)
    terms = game.decoys(batch, Clock())
    assert set(terms) == {"gray", "smooth"}
    gray = grayed(batch.image)
    for name, weight, decoy in (("gray", 1.0, gray), ("smooth", 0.67, smoothed(gray))):
        weights = [p for p in game.critic.parameters() if p.requires_grad]
        found = torch.autograd.grad(terms[name], weights)
        # The real ones, which count in their own scene, leave no gradient here.
        alone = weight * game.critic(decoy).logits[0].square().mean() / 2
        for ours, wanted in zip(found, torch.autograd.grad(alone, weights), strict=True):
            torch.testing.assert_close(ours, wanted, rtol=1e-3, atol=1e-5)
    paid = {"adversarial", "content", "style", "colour", "roughness"}
    assert set(game.generator_loss(batch, Clock())) == paid
    plain = playing("drawing", game=DrawingSettings(gray=0.0, smooth=0.0, likeness=CASES["drawing"].game.likeness))
    assert not plain.game.decoys(batch, Clock())


def test_drawings_warm_up_on_content_alone() -> None:
    journal = Journal()
    settings = replace(CASES["drawing"].game, warmup_rounds=1)
    engine_of("drawing", "", recipe_of("drawing", game=settings, rounds=2), watchers=[journal]).run()
    assert [title for title, _ in journal.turns] == ["generator", "critic", "generator"]
    assert "content" in journal.turns[0][1]
    assert not {"adversarial", "style", "colour"} & set(journal.turns[0][1])
    assert {"adversarial", "gray", "smooth"} <= set(journal.turns[1][1])
    with pytest.raises(ValueError, match=r"these have none: set data\.channels=3"):
        assemble(recipe_of("drawing"), (1, 16, 16), 0)


def test_an_encoder_says_the_style_and_pays_for_it() -> None:
    game = playing("styled pairs", Rules("hinge", matching=10.0)).game
    batch = Batch(source=torch.rand(2, 2, 32, 32), image=torch.rand(2, 3, 32, 32))
    terms = game.generator_loss(batch, Clock())
    assert set(terms) == {"adversarial", "matching", "divergence", "pixel"}
    torch.testing.assert_close(terms["divergence"], 0.05 * game.encoder(batch.image).divergence())
    terms["pixel"].backward()
    assert game.encoder.mean.weight.grad.abs().sum() > 0
    scene = game.scene(batch, Clock())
    assert scene.fake.shape == scene.real.shape == (2, 5, 32, 32)
    assert not torch.equal(game.generator(batch.source), game.generator(batch.source))  # noise decides afterwards
    with pytest.raises(ValueError, match="only takes the size it was built for, 32 x 32 pixels"):
        game.generator(torch.rand(1, 2, 64, 64))
    networks = {**recipe_of("styled pairs").networks, "generator": recipe_of("paired").networks["generator"]}
    with pytest.raises(ValueError, match="said by spade-encoder and painted by spade-generator"):
        engine_of("styled pairs", "", recipe_of("styled pairs", networks=networks))
    with pytest.raises(ValueError, match="adversarial and divergence are weights"):
        StyledPairsSettings(divergence=-1.0)


def test_the_global_part_learns_first_then_the_enhancer_then_both() -> None:
    engine = playing("enhancing")
    game, seen = engine.game, list[tuple[int, ...]]()
    game.critic.register_forward_pre_hook(lambda module, inputs: seen.append(tuple(inputs[0].shape[1:])))
    parts = {"coarse": game.generator.coarse, "enhancer": game.generator.enhancers, "head": game.head}
    moved = list[set[str]]()
    assert [(stage.name, stage.rounds) for stage in engine.stages] == [("coarse", 2), ("frozen", 1), ("joint", 1)]
    for _ in range(4):
        before = {name: [p.clone() for p in part.parameters()] for name, part in parts.items()}
        engine.run(1)
        moved.append(
            {
                name
                for name, part in parts.items()
                if any(not torch.equal(p, old) for p, old in zip(part.parameters(), before[name], strict=True))
            }
        )
    assert moved == [{"coarse", "head"}, {"coarse", "head"}, {"enhancer"}, {"coarse", "enhancer"}]
    assert (seen[0], seen[-1]) == ((5, 8, 8), (5, 16, 16))
    plain = recipe_of("enhancing").networks
    networks = {**plain, "generator": replace(plain["generator"], enhancers=0)}
    with pytest.raises(ValueError, match=r"networks\.generator\.enhancers=1"):
        engine_of("enhancing", "", recipe_of("enhancing", networks=networks))
    with pytest.raises(ValueError, match="coarse and frozen are shares of the run"):
        EnhancingSettings(coarse=0.9, frozen=0.1)


def test_a_second_image_of_a_domain_is_another_one_or_the_same_mirrored() -> None:
    batch = Batch(image=torch.randn(4, 3, 4, 4), label=torch.tensor([0, 1, 1, 2]))
    found = kindred(batch)
    assert torch.equal(found[[1, 2]], batch.image[[2, 1]])
    assert torch.equal(found[[0, 3]], batch.image[[0, 3]].flip(3))
    source, home = anyone(batch)
    assert torch.equal(batch.label[[int((batch.image == one).flatten(1).all(1).nonzero()) for one in source]], home)


@pytest.mark.parametrize(
    ("case", "more", "said"),
    [
        ("many styles", {"techniques": Techniques(replay=4)}, "and this game shows two in turn; set it to 0"),
        ("cycle", {"game": CycleSettings(attention=1.0)}, "take ugatit-generator, or set game.attention=0"),
        ("cycle", {"rules": Rules(matching=1.0)}, "which only a game of pairs knows"),
        ("dcgan", {"rules": Rules(matching=1.0)}, "which only a game of pairs knows"),
        ("paired", {"rules": Rules(matching=1.0), "techniques": Techniques(top_k=0.5)}, "leave out top_k"),
        ("paired", {"techniques": Techniques(augment=Ada())}, "this critic sees 5: take diffaugment"),
        ("onesided", {"techniques": Techniques(diversity=1.0)}, "diversity needs a generator that starts from noise"),
        ("domains", {"rules": Rules(classes_generator=0.0)}, "rules.classes_generator above 0"),
    ],
)
def test_what_cannot_be_played_is_refused(case: str, more: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        engine_of(case, "", recipe_of(case, **({"conditioning": ""} | more)))


def test_networks_without_what_the_game_needs_are_refused() -> None:
    unet = recipe_of("paired").networks["generator"]
    recipe = recipe_of("onesided", networks={**recipe_of("onesided").networks, "generator": unet})
    with pytest.raises(ValueError, match="take cyclegan-generator"):
        engine_of("onesided", "", recipe)
    critic = recipe_of("paired").networks["critic"]
    recipe = recipe_of("domains", networks={**recipe_of("domains").networks, "critic": critic})
    with pytest.raises(ValueError, match="such as stargan-critic"):
        engine_of("domains", "", recipe)
    stars = recipe_of("many styles")
    recipe = recipe_of("many styles", networks={**stars.networks, "mapping": stars.networks["encoder"]})
    with pytest.raises(ValueError, match="styles are known to stargan2-generator, stargan2-mapping"):
        engine_of("many styles", "", recipe)
    with pytest.raises(ValueError, match="virtual_norm takes its reference from noise"):
        recipe_of("paired", virtual_norm=("generator",))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: PairedSettings(source_channels=0), "source_channels must be at least 1"),
        (lambda: PairedSettings(adversarial=-1.0), "adversarial must not be negative"),
        (lambda: PairedSettings(likeness=Likeness(pixel=0.0), warmup_rounds=3), r"set game\.likeness\.pixel=100"),
        (lambda: CycleSettings(cycle=-1.0), "cycle must not be negative"),
        (lambda: OnesidedSettings(contrast=0.0), "contrast must be above 0"),
        (lambda: OnesidedSettings(patches=0), "patches must be at least 1"),
        (lambda: DomainsSettings(critic_steps=0), "critic_steps must be at least 1"),
        (lambda: StylesSettings(style=-1.0), "style, diversity and cycle must not be negative"),
        (lambda: StylesSettings(diversity_end=0.0), r"diversity_end lies in \(0, 1\]"),
        (lambda: DrawingSettings(gray=-1.0), "gray must not be negative"),
        (lambda: Drawn(style=-1.0), r"likeness\.style must not be negative"),
        (lambda: Drawn(content=0.0), "nothing else holds the drawing to its photo"),
        (lambda: DomainsSettings(cycle=-1.0), "cycle must not be negative"),
    ],
)
def test_impossible_settings_are_refused(make: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()


def test_without_labels_there_are_no_domains() -> None:
    with pytest.raises(ValueError, match="needs domains to translate between"):
        assemble(recipe_of("domains"), (3, 8, 8), 0)
