from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.core.keyring import Keys


def _listed(value: Any) -> Any:
    """Take `a, b` from the environment as a list."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]


class Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Database(Group):
    url: str = Field(
        "postgresql://everyvoice@127.0.0.1:5432/everyvoice",
        description="The login's address; each pool takes its own role after login.",
    )
    pool: int = Field(10, ge=1, description="Connections for requests in a transaction.")
    statement_pool: int = Field(10, ge=1, description="Connections of the statement door.")
    write_pool: int = Field(5, ge=1, description="Connections for what one statement writes.")
    statement_timeout_ms: int = 5_000
    lock_timeout_ms: int = 2_000


class Webhooks(Group):
    iwgc_secrets: Listed = Field((), description="`whsec_...`, several while one is rotated out.")


class Identity(Group):
    pepper: str = Field("", description="Secret that API keys are hashed with; live needs one.")
    cache_seconds: float = Field(5.0, ge=0)


class Crypto(Group):
    """What bank details are sealed with; live needs it, and `everyvoice run` makes its own."""

    keys: Listed = Field(
        (),
        repr=False,
        description="`id:base64` of 32 random bytes each, comma-separated; the first one seals.",
    )
    index_key: str = Field(
        "", repr=False, description="32 random bytes in base64, by which shared accounts are found."
    )

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        self.ring()
        return self

    def ring(self) -> Keys:
        """Give the keys as the domain takes them."""
        return Keys.of(self.keys, self.index_key)


class Issuer(Group):
    """An OpenID provider whose tokens are taken; none where `issuer` is empty."""

    issuer: str = Field("", pattern=r"^(https?://[^\s?#]+)?$", max_length=500)
    audience: str = Field("", max_length=255, description="Whom its tokens must be for: us.")
    jwks_url: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        description="Where its keys are; empty asks its `/.well-known/openid-configuration`.",
    )

    @model_validator(mode="after")
    def _is_for_us(self) -> Self:
        if self.issuer and not self.audience:
            raise ValueError("an issuer needs an audience: its tokens may be for others")
        return self


class Payments(Group):
    """Who pays, as payment files name them; a file that needs one and has none is refused."""

    originator_name: str = Field("", max_length=18, description="As the bank knows the trust.")
    originator_sort_code: str = Field("", pattern=r"^(|\d{6})$", repr=False)
    originator_account: str = Field("", pattern=r"^(|\d{8})$", repr=False)
    service_user_number: str = Field("", pattern=r"^(|\d{6})$", description="For Bacs files.")


class Oidc(Group):
    """Whose tokens sign people in: staff, and members of the public by NHS login or another."""

    staff: Issuer = Issuer()
    public: Issuer = Issuer()
    leeway_seconds: int = Field(30, ge=0, le=60, description="How far clocks may differ.")
    longest_seconds: int = Field(
        7_200, ge=60, le=86_400, description="The longest life of a token that is taken."
    )
    code_days: int = Field(7, ge=1, le=30, description="How long a sign-in code can be used.")
    guesses_per_hour: int = Field(10, ge=1, description="Wrong codes of one login, per process.")

    @model_validator(mode="after")
    def _are_two(self) -> Self:
        if self.staff.issuer and self.staff.issuer == self.public.issuer:
            raise ValueError("staff and public need issuers of their own")
        return self


class Cors(Group):
    origins: Listed = ()


class Limits(Group):
    per_minute: int = Field(6_000, ge=1, description="Requests of one key in a minute.")
    anonymous_per_minute: int = Field(600, ge=1, description="Requests without a key.")
    import_bytes: int = Field(200 * 1024 * 1024, description="Largest file taken in.")
    receipts_waiting: int = Field(
        100, ge=1, description="Receipts of one person that no claim uses yet."
    )
    receipts_at_once: int = Field(
        2, ge=1, description="Receipts written anew at a time, per process: each takes a core."
    )


class Public(Group):
    cache_seconds: int = Field(
        300, ge=0, le=86_400, description="How long anybody's cache may keep public answers."
    )


class CareOpinion(Group):
    """The feed of Care Opinion, polled where the trust's subscription gives it a key."""

    key: str = ""
    url: str = "https://www.careopinion.org.uk/api/v2/"
    since: date = Field(date(2025, 1, 1), description="Day of submission to read from.")
    minutes: int = Field(30, ge=1, description="Between two polls.")


class Submissions(Group):
    """How answers of the public are taken in; what is counted is codes, never people."""

    per_minute: int = Field(6_000, ge=1, description="Submissions in a minute, per process.")
    per_code_per_minute: int = Field(
        300, ge=1, description="Those to one public code in a minute, per process."
    )
    cache_seconds: float = Field(5.0, ge=0, description="How long a public code is remembered.")
    form_url: str = Field(
        "http://127.0.0.1:8000/feedback/{code}",
        pattern=r"^https?://.*\{code\}",
        max_length=500,
        description="The front end's page that a poster's QR code opens; `{code}` stands in it.",
    )


class Trust(Group):
    """Which trust this database belongs to; a region reads several such databases."""

    ods_code: str = Field("RNU", pattern=r"^[A-Z0-9]{3,6}$")
    name: str = "Oxford Health NHS Foundation Trust"


class Mail(Group):
    """Where messages go out; without a host they become files in `<home>/outbox`."""

    host: str = Field("", description="The SMTP server; empty writes `.eml` files instead.")
    port: int = Field(587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    ca_file: Path | None = Field(None, description="Who vouches for the server, if not the usual.")
    user: str = ""
    password: str = ""
    sender: str = Field("Every Voice <every-voice@localhost>", pattern=r"^[^@\r\n]+@[^@\s]+$")
    timeout_seconds: float = Field(20.0, gt=0)


class Notify(Group):
    """GOV.UK Notify, for text messages and letters; without a key they go on the print list."""

    key: str = Field(
        "",
        pattern=r"^(|.*[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(-[0-9a-f]{4,12}){5})$",
        description="An API key of the trust's service, whole as Notify shows it.",
    )
    url: str = "https://api.notifications.service.gov.uk"
    sms_template: str = Field("", description="Id of the template `((body))` for text messages.")
    letter_template: str = Field(
        "", description="Id of the template with `((subject))` and `((body))` for letters."
    )
    receipt_token: str = Field(
        "", description="What Notify shows when it tells of a delivery; without it it is asked."
    )


class Settings(BaseSettings):
    """Everything the environment may say, read once and handed down as values."""

    model_config = SettingsConfigDict(
        env_prefix="EVERYVOICE_",
        env_nested_delimiter="__",
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,  # what is refused stands beside secrets
    )

    env: Literal["dev", "test", "live"] = "dev"
    port: int = Field(8000, ge=0, le=65535)
    host: str = "127.0.0.1"
    home: Path = Path(".everyvoice")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    database: Database = Database()
    webhooks: Webhooks = Webhooks()
    identity: Identity = Identity()
    crypto: Crypto = Crypto()
    payments: Payments = Payments()
    oidc: Oidc = Oidc()
    cors: Cors = Cors()
    limits: Limits = Limits()
    public: Public = Public()
    care_opinion: CareOpinion = CareOpinion()
    submissions: Submissions = Submissions()
    trust: Trust = Trust()
    mail: Mail = Mail()
    notify: Notify = Notify()
    otlp_endpoint: str | None = Field(
        None,
        validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="Where traces and metrics are sent; none are made without it.",
    )

    @model_validator(mode="after")
    def _live_has_a_pepper(self) -> Self:
        if self.env == "live" and not self.identity.pepper:
            raise ValueError("live needs a secret: set EVERYVOICE_IDENTITY__PEPPER")
        return self

    @model_validator(mode="after")
    def _live_has_field_keys(self) -> Self:
        if self.env == "live" and not self.crypto.ring().ready:
            raise ValueError(
                "live seals bank details: set EVERYVOICE_CRYPTO__KEYS and _CRYPTO__INDEX_KEY"
            )
        return self

    @model_validator(mode="after")
    def _live_reads_keys_safely(self) -> Self:
        told = (self.oidc.staff, self.oidc.public)
        urls = [url for each in told for url in (each.issuer, each.jwks_url) if url]
        if self.env == "live" and not all(url.startswith("https://") for url in urls):
            raise ValueError("live reads issuers' keys by https alone")
        return self
