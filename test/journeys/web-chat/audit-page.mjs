/* global document, getComputedStyle, NodeFilter */

/**
 * Runs in a page: what a screen reader would find without a name, and what is hard to read. A small part of what WCAG 2.2
 * (A, AA) asks for, in words.
 */
export function auditPage() {
  const faults = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const told = (element) => element.outerHTML.slice(0, 160);
  const isShown = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    element.getClientRects().length > 0;

  const textOf = (element) =>
    element.getAttribute('aria-label') ??
    [...(element.labels ?? [])].map((label) => label.textContent).join(' ') +
      element.textContent +
      [...element.querySelectorAll('img')].map((image) => image.alt).join(' ');
  for (const element of all(
    'a, button, input, textarea, select, [role=group], [role=log], nav, aside, dialog, form',
  ))
    if (isShown(element) && (element.matches('form') ? false : textOf(element).trim() === ''))
      faults.push(`has no name: ${told(element)}`);
  for (const image of all('img')) if (!image.hasAttribute('alt')) faults.push(`has no alt: ${told(image)}`);

  const ids = all('[id]').map(({ id }) => id);
  if (new Set(ids).size < ids.length) faults.push(`an id stands twice: ${ids.join(' ')}`);
  for (const name of ['aria-describedby', 'aria-labelledby', 'for'])
    for (const element of all(`[${name}]`))
      for (const id of element.getAttribute(name).split(' '))
        if (!document.getElementById(id)) faults.push(`${name} leads nowhere: ${told(element)}`);
  if (all('main').length !== 1) faults.push(`there are ${all('main').length} main`);
  if (!document.documentElement.lang || !document.title) faults.push('the page has no language or title');
  for (const element of all('[tabindex]'))
    if (element.tabIndex > 0) faults.push(`comes before its turn: ${told(element)}`);
  for (const element of all('ul > :not(li), ol > :not(li)'))
    faults.push(`is no item of its list: ${told(element)}`);

  for (const element of all('button, .chat-row, input:not(.unseen)')) {
    const { width, height } = element.getBoundingClientRect();
    if (isShown(element) && !element.matches('.skip, [type=radio]') && Math.min(width, height) < 24)
      faults.push(`is too small to hit (${width} x ${height}): ${told(element)}`);
  }

  const colour = (text) => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
    return { red, green, blue, alpha };
  };
  const over = (top, below) => {
    const mixed = (name) => top[name] * top.alpha + below[name] * (1 - top.alpha);
    return { red: mixed('red'), green: mixed('green'), blue: mixed('blue'), alpha: 1 };
  };
  const groundOf = (element) => {
    if (!element) return { red: 255, green: 255, blue: 255, alpha: 1 };
    const own = colour(getComputedStyle(element).backgroundColor);
    return own.alpha === 1 ? own : over(own, groundOf(element.parentElement));
  };
  const light = ({ red, green, blue }) => {
    const linear = [red, green, blue].map((one) => {
      const part = one / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (texts.currentNode.textContent.trim() === '' || !isShown(element)) continue;
    if (element.closest('.unseen, .skip, [aria-disabled=true], noscript, script')) continue;
    const style = getComputedStyle(element);
    const ground = groundOf(element);
    const [one, other] = [light(over(colour(style.color), ground)), light(ground)].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) faults.push(`is hard to read (${ratio.toFixed(2)}): ${told(element)}`);
  }
  return faults;
}
